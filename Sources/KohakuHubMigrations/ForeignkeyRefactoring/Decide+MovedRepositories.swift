import Migrations

/// Repositories that were moved left their commits and LFS history behind under the old full id. An existing repository
/// adopts them if for every path of the LFS objects left there it has a file with one of their contents (sha256), and
/// no other repository does. One common object is not enough: a deleted repository's history must not go to a stranger.
extension ForeignkeyRefactoring {
    /// Finds the LFS history under full ids and types that no repository has any more.
    func findOrphans(_ context: MigrationContext) throws {
        try context.create(
            .orphan,
            from: #"""
                SELECT history_id, full_id, coalesce(repo_type, ''), path, sha256 FROM kohaku_loose AS loose
                WHERE full_id IS NOT NULL AND path IS NOT NULL AND sha256 IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM kohaku_history AS placed WHERE placed.history_id = loose.history_id)
                    AND NOT EXISTS (
                        SELECT 1 FROM kohaku_exact AS exact WHERE exact.full_id = loose.full_id
                            AND (exact.repo_type = loose.repo_type OR coalesce(loose.repo_type, '') = ''))
                ORDER BY history_id
                """#)
        try context.execute("CREATE INDEX kohaku_orphan_content ON kohaku_orphan (sha256, path)")
    }

    /// Finds the repository that has a file for every path of the orphans of a full id. Without orphans no file is read.
    func matchMoved(_ context: MigrationContext) throws {
        try context.create(
            .moved,
            from: #"""
                SELECT found.full_id, found.repo_type,
                    CASE WHEN sum(CASE WHEN found.paths = wanted.paths THEN 1 ELSE 0 END) = 1
                        THEN min(CASE WHEN found.paths = wanted.paths THEN found.repository_id END) END,
                    CASE WHEN sum(CASE WHEN found.paths = wanted.paths THEN 1 ELSE 0 END) = 1
                        THEN min(CASE WHEN found.paths = wanted.paths THEN found.owner_id END) END,
                    \#(context.dialect.stringAggregate("CASE WHEN found.place <= 5 THEN found.candidate END"))
                        || CASE WHEN count(*) > 5 THEN ' and ' || (count(*) - 5) || ' more' ELSE '' END
                FROM (
                    SELECT orphan.full_id, orphan.repo_type, owned.repository_id, owned.owner_id,
                        owned.repo_type || ' ' || owned.full_id AS candidate, count(DISTINCT orphan.path) AS paths,
                        row_number() OVER (
                            PARTITION BY orphan.full_id, orphan.repo_type ORDER BY owned.repository_id) AS place
                    FROM (SELECT DISTINCT full_id, repo_type, path, sha256 FROM kohaku_orphan) AS orphan
                        JOIN "file" AS file {unindexed}
                            ON file."sha256" = orphan.sha256 AND file."path_in_repo" = orphan.path AND file."lfs" = true
                        JOIN kohaku_repository AS owned
                            ON owned.full_id = file."repo_full_id" AND owned.owner_id IS NOT NULL
                    WHERE EXISTS (SELECT 1 FROM kohaku_orphan) AND orphan.repo_type IN ('', owned.repo_type) AND (
                        EXISTS (SELECT 1 FROM kohaku_sole AS sole WHERE sole.full_id = owned.full_id)
                        OR EXISTS (
                            SELECT 1 FROM kohaku_file AS placed
                            WHERE placed.file_id = file."id" AND placed.repository_id = owned.repository_id))
                    GROUP BY orphan.full_id, orphan.repo_type, owned.repository_id, owned.owner_id, owned.repo_type,
                        owned.full_id
                    ORDER BY 1, 2, 3
                ) AS found JOIN (
                    SELECT full_id, repo_type, count(DISTINCT path) AS paths FROM kohaku_orphan
                    GROUP BY full_id, repo_type
                ) AS wanted ON wanted.full_id = found.full_id AND wanted.repo_type = found.repo_type
                GROUP BY found.full_id, found.repo_type ORDER BY found.full_id, found.repo_type
                """#)
        // History of an unknown type follows the rest of its full id, or nothing.
        try context.execute(
            """
            UPDATE kohaku_moved SET repository_id = NULL, owner_id = NULL
            WHERE repo_type = '' AND full_id IN (SELECT full_id FROM kohaku_orphan WHERE repo_type <> '')
                AND NOT EXISTS (
                    SELECT 1 FROM kohaku_moved AS typed WHERE typed.full_id = kohaku_moved.full_id
                        AND typed.repo_type <> '' AND typed.repository_id = kohaku_moved.repository_id)
            """)
    }

    /// Places the orphans in the repositories that were matched.
    func adoptHistory(_ context: MigrationContext) throws {
        try context.execute(
            """
            INSERT INTO kohaku_history (history_id, repository_id, rule)
            SELECT orphan.history_id, moved.repository_id, 4 FROM kohaku_orphan AS orphan
                JOIN kohaku_moved AS moved ON moved.full_id = orphan.full_id AND moved.repo_type = orphan.repo_type
            WHERE moved.repository_id IS NOT NULL
            """)
    }

    /// Finds the commits of the old full ids, but none that the repository already has under its new one.
    func adoptCommits(_ context: MigrationContext) throws {
        try context.create(
            .adoptedCommit,
            from: #"""
                SELECT row_id, repository_id, owner_id FROM (
                    SELECT known.row_id, moved.repository_id, moved.owner_id, row_number() OVER (
                        PARTITION BY known.commit_id, moved.repository_id ORDER BY known.row_id) AS place
                    FROM kohaku_commit AS known
                        JOIN kohaku_moved AS moved
                            ON moved.full_id = known.full_id AND moved.repo_type = known.repo_type
                        JOIN kohaku_repository AS owned ON owned.repository_id = moved.repository_id
                        LEFT JOIN (
                            SELECT DISTINCT "commit_id" AS commit_id, "repo_full_id" AS full_id, "repo_type" AS repo_type
                            FROM "commit" {unindexed} WHERE "repo_full_id" IN (
                                SELECT owned.full_id FROM kohaku_moved AS moved JOIN kohaku_repository AS owned
                                    ON owned.repository_id = moved.repository_id)
                        ) AS present
                            ON present.commit_id = known.commit_id AND present.full_id = owned.full_id
                            AND present.repo_type = owned.repo_type
                    WHERE present.commit_id IS NULL
                ) AS adopted WHERE place = 1 ORDER BY row_id
                """#)
    }
}
