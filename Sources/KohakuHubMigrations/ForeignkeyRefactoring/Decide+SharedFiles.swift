import Migrations

/// Files know a full id but no type, and repositories of several types can share a full id.
extension ForeignkeyRefactoring {
    /// Collects the files whose full id several repositories share. Without such a full id no file is read.
    func gatherSharedFiles(_ context: MigrationContext) throws {
        try context.create(
            .shared,
            from: #"""
                SELECT "id", "repo_full_id", "path_in_repo", "sha256",
                    \#(context.dialect.epochMicroseconds(#""updated_at""#))
                FROM "file" {unindexed}
                WHERE EXISTS (SELECT 1 FROM kohaku_candidate) AND "repo_full_id" IN (SELECT full_id FROM kohaku_candidate)
                    AND "path_in_repo" IS NOT NULL AND "sha256" IS NOT NULL
                ORDER BY "id"
                """#)
        try context.execute("CREATE INDEX kohaku_shared_path ON kohaku_shared (full_id, path)")
    }

    /// Collects the times of their commits, each with the time of the next commit of another type: one lookup shows
    /// whether a span of time has commits of one type only.
    func gatherSharedCommits(_ context: MigrationContext) throws {
        try context.create(
            .sharedCommit,
            from: #"""
                SELECT full_id, repo_type, created, min(changed) OVER (
                    PARTITION BY full_id ORDER BY created DESC, repo_type DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                FROM (
                    SELECT full_id, repo_type, created, CASE WHEN repo_type <> lead(repo_type) OVER later
                        THEN lead(created) OVER later END AS changed
                    FROM (
                        SELECT DISTINCT "repo_full_id" AS full_id, "repo_type" AS repo_type,
                            \#(context.dialect.epochMicroseconds(#""created_at""#)) AS created
                        FROM "commit" {unindexed}
                        WHERE "repo_full_id" IN (SELECT full_id FROM kohaku_candidate) AND "repo_type" IS NOT NULL
                    ) AS known WHERE created IS NOT NULL
                    WINDOW later AS (PARTITION BY full_id ORDER BY created, repo_type)
                ) AS known
                """#)
        try context.execute(
            "CREATE INDEX kohaku_shared_commit_at ON kohaku_shared_commit (full_id, created, repo_type)")
    }

    /// Decides for each shared file by the first rule that leaves one repository.
    func weighEvidence(_ context: MigrationContext) throws {
        try context.create(.evidence)
        for (index, evidence) in Self.evidence.enumerated() {
            try context.execute(
                """
                INSERT INTO kohaku_evidence
                SELECT DISTINCT shared.file_id, \(index + 1), candidate.repository_id FROM kohaku_shared AS shared
                \(evidence)
                """)
        }
        try context.create(
            .decided,
            from: """
                SELECT file_id, rule, repository_id FROM (
                    SELECT file_id, rule, min(repository_id) AS repository_id,
                        row_number() OVER (PARTITION BY file_id ORDER BY rule) AS place
                    FROM kohaku_evidence GROUP BY file_id, rule HAVING count(*) = 1
                ) AS single WHERE place = 1 ORDER BY file_id
                """)
    }

    /// Assigns each shared file to the repository that was decided. If none was, every repository that is kept gets a copy,
    /// which is what the application showed; a fifth rule applies when only one is kept.
    func placeSharedFiles(_ context: MigrationContext) throws {
        try context.create(
            .file,
            from: #"""
                WITH placed AS (
                    SELECT decided.file_id, 0 AS copy, candidate.repository_id, candidate.owner_id, decided.rule
                    FROM kohaku_decided AS decided
                        JOIN kohaku_candidate AS candidate ON candidate.repository_id = decided.repository_id
                    UNION ALL
                    SELECT shared.file_id,
                        row_number() OVER (PARTITION BY shared.file_id ORDER BY candidate.repository_id) - 1,
                        candidate.repository_id, candidate.owner_id,
                        CASE WHEN count(*) OVER (PARTITION BY shared.file_id) = 1 THEN 5 END
                    FROM kohaku_shared AS shared
                        JOIN kohaku_candidate AS candidate ON candidate.full_id = shared.full_id
                    WHERE candidate.owner_id IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM kohaku_decided AS decided WHERE decided.file_id = shared.file_id)
                )
                SELECT file_id, copy,
                    CASE WHEN copy > 0 THEN (SELECT max("id") FROM "file")
                        + row_number() OVER (PARTITION BY CASE WHEN copy > 0 THEN 1 ELSE 0 END ORDER BY file_id, copy)
                    END,
                    repository_id, owner_id, rule
                FROM placed WHERE owner_id IS NOT NULL ORDER BY file_id, copy
                """#)
        let copies = try context.connection.integer("SELECT count(new_id) FROM kohaku_file")
        let highest = try context.connection.integer(#"SELECT coalesce(max("id"), 0) FROM "file""#)
        guard highest > highestPossibleID(context) - copies else { return }
        throw MigrationError(
            .checkFailed,
            "there is no room above \(highest), the highest id of a file, for the ids of "
                + "\(copies.counted("copy", plural: "copies")) of shared files",
            nextStep: "Nothing was changed. Give that file a lower id, then run again.")
    }

    /// The rules that point from a shared file to candidates, the strongest first.
    private static let evidence = [
        // The LFS history has the same content at the same path, and its commit knows the type.
        #"""
        JOIN "lfsobjecthistory" AS history {unindexed}
            ON history."repo_full_id" = shared.full_id AND history."path_in_repo" = shared.path
            AND history."sha256" = shared.sha256
        JOIN kohaku_commit AS known
            ON known.commit_id = history."commit_id" AND known.full_id = history."repo_full_id"
        JOIN kohaku_candidate AS candidate
            ON candidate.full_id = shared.full_id AND candidate.repo_type = known.repo_type
        """#,
        // The file was written within 2 seconds after to 60 seconds before commits of one type only: the first one decides.
        """
        JOIN kohaku_candidate AS candidate ON candidate.full_id = shared.full_id
        WHERE candidate.repo_type = (
            SELECT CASE WHEN coalesce(known.other_created > shared.updated + 60000000, true) THEN known.repo_type END
            FROM kohaku_shared_commit AS known
            WHERE known.full_id = shared.full_id
                AND known.created BETWEEN shared.updated - 2000000 AND shared.updated + 60000000
            ORDER BY known.created, known.repo_type LIMIT 1)
        """,
        // It is being uploaded: the same content at the same path is staged.
        #"""
        JOIN "stagingupload" AS staged {unindexed}
            ON staged."repo_full_id" = shared.full_id AND staged."path_in_repo" = shared.path
            AND staged."sha256" = shared.sha256
        JOIN kohaku_candidate AS candidate
            ON candidate.full_id = shared.full_id AND candidate.repo_type = staged."repo_type"
        """#,
        // Only one of the repositories existed when the file was written.
        """
        JOIN kohaku_candidate AS candidate ON candidate.full_id = shared.full_id
        WHERE NOT coalesce(candidate.created > shared.updated, false)
        """,
    ]
}
