import Migrations

/// Repositories that were moved left their commits and LFS history behind under the old full id.
extension ForeignkeyRefactoring {
    /// Lets a living repository adopt what was left under a full id that no repository has any more, when for every path of
    /// the LFS objects left there it has a file of one of their contents (sha256), and no other repository does. One common
    /// object would not do: it must not hand a deleted repository's history to a stranger.
    func adoptMoved(_ database: MigrationContext) throws {
        try database.createTemporaryTable(
            "kohaku_orphan",
            """
            history_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL,
            path VARCHAR(255) NOT NULL, sha256 VARCHAR(255) NOT NULL
            """,
            from: #"""
                SELECT history_id, full_id, repo_type, path, sha256 FROM (
                    SELECT h."id" AS history_id, h."repo_full_id" AS full_id, h."path_in_repo" AS path,
                        h."sha256" AS sha256, coalesce(min(k.repo_type), '') AS repo_type
                    FROM "lfsobjecthistory" AS h {unindexed}
                        LEFT JOIN kohaku_commit AS k ON k.commit_id = h."commit_id" AND k.full_id = h."repo_full_id"
                    WHERE NOT EXISTS (SELECT 1 FROM kohaku_history AS p WHERE p.history_id = h."id")
                        AND h."path_in_repo" IS NOT NULL AND h."sha256" IS NOT NULL
                    GROUP BY h."id", h."repo_full_id", h."path_in_repo", h."sha256"
                ) AS o
                WHERE full_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM kohaku_exact AS e
                    WHERE e.full_id = o.full_id AND (e.repo_type = o.repo_type OR o.repo_type = ''))
                ORDER BY history_id
                """#)
        try database.execute("CREATE INDEX kohaku_orphan_content ON kohaku_orphan (sha256, path)")
        try database.createTemporaryTable(
            "kohaku_moved",
            """
            full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER, owner_id INTEGER,
            candidates TEXT NOT NULL, PRIMARY KEY (full_id, repo_type)
            """,
            from: #"""
                SELECT m.full_id, m.repo_type,
                    CASE WHEN sum(CASE WHEN m.paths = p.paths THEN 1 ELSE 0 END) = 1
                        THEN min(CASE WHEN m.paths = p.paths THEN m.repository_id END) END,
                    CASE WHEN sum(CASE WHEN m.paths = p.paths THEN 1 ELSE 0 END) = 1
                        THEN min(CASE WHEN m.paths = p.paths THEN m.owner_id END) END,
                    \#(database.connection.joined("m.candidate"))
                FROM (
                    SELECT o.full_id, o.repo_type, r.repository_id, r.owner_id,
                        r.repo_type || ' ' || r.full_id AS candidate, count(DISTINCT o.path) AS paths
                    FROM kohaku_orphan AS o
                        JOIN "file" AS f {unindexed}
                            ON f."sha256" = o.sha256 AND f."path_in_repo" = o.path AND f."lfs" = true
                        JOIN kohaku_repository AS r ON r.full_id = f."repo_full_id" AND r.owner_id IS NOT NULL
                    WHERE o.repo_type IN ('', r.repo_type) AND (
                        EXISTS (SELECT 1 FROM kohaku_sole AS s WHERE s.full_id = r.full_id)
                        OR EXISTS (
                            SELECT 1 FROM kohaku_file AS p
                            WHERE p.file_id = f."id" AND p.repository_id = r.repository_id))
                    GROUP BY o.full_id, o.repo_type, r.repository_id, r.owner_id, r.repo_type, r.full_id
                    ORDER BY 1, 2, 3
                ) AS m JOIN (
                    SELECT full_id, repo_type, count(DISTINCT path) AS paths FROM kohaku_orphan
                    GROUP BY full_id, repo_type
                ) AS p ON p.full_id = m.full_id AND p.repo_type = m.repo_type
                GROUP BY m.full_id, m.repo_type ORDER BY m.full_id, m.repo_type
                """#)
        // History of an unknown type goes where the rest of its full id goes, or nowhere.
        try database.execute(
            """
            UPDATE kohaku_moved SET repository_id = NULL, owner_id = NULL
            WHERE repo_type = '' AND full_id IN (SELECT full_id FROM kohaku_orphan WHERE repo_type <> '')
                AND NOT EXISTS (
                    SELECT 1 FROM kohaku_moved AS m WHERE m.full_id = kohaku_moved.full_id AND m.repo_type <> ''
                        AND m.repository_id = kohaku_moved.repository_id)
            """)
        try database.execute(
            """
            INSERT INTO kohaku_history (history_id, repository_id, rule)
            SELECT o.history_id, m.repository_id, 5 FROM kohaku_orphan AS o
                JOIN kohaku_moved AS m ON m.full_id = o.full_id AND m.repo_type = o.repo_type
            WHERE m.repository_id IS NOT NULL
            """)
        // A commit that the repository already has under its new full id is not adopted twice.
        try database.createTemporaryTable(
            "kohaku_adopted_commit",
            "row_id INTEGER PRIMARY KEY, repository_id INTEGER NOT NULL, owner_id INTEGER NOT NULL",
            from: #"""
                SELECT row_id, repository_id, owner_id FROM (
                    SELECT k.row_id, m.repository_id, m.owner_id, row_number() OVER (
                        PARTITION BY k.commit_id, m.repository_id ORDER BY k.row_id) AS place
                    FROM kohaku_commit AS k
                        JOIN kohaku_moved AS m ON m.full_id = k.full_id AND m.repo_type = k.repo_type
                        JOIN kohaku_repository AS r ON r.repository_id = m.repository_id
                        LEFT JOIN kohaku_commit AS c
                            ON c.commit_id = k.commit_id AND c.full_id = r.full_id AND c.repo_type = r.repo_type
                    WHERE c.commit_id IS NULL
                ) AS adopted WHERE place = 1 ORDER BY row_id
                """#)
    }
}
