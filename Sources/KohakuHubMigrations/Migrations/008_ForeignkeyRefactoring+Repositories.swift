import Migrations

/// Which repository each row belongs to. Everything is read from the tables as they were, before any is rewritten.
extension ForeignkeyRefactoring {
    static let temporaryTables = [
        "kohaku_highest", "kohaku_organization", "kohaku_organization_id", "kohaku_ambiguous", "kohaku_user",
        "kohaku_invitation",
        "kohaku_unreadable",
        "kohaku_commit", "kohaku_repository", "kohaku_exact", "kohaku_sole", "kohaku_candidate", "kohaku_shared",
        "kohaku_shared_commit",
        "kohaku_evidence", "kohaku_decided",
        "kohaku_file", "kohaku_history", "kohaku_untyped", "kohaku_orphan", "kohaku_moved", "kohaku_adopted_commit",
    ]

    /// Finds every repository's owner, and the repositories that a full id, with or without the type, can mean.
    ///
    /// A living owner stays, except the 1 that early code left as default in another user's namespace. A dangling one is
    /// replaced by whoever has the namespace's name. Without either the owner is NULL.
    func findOwners(_ database: MigrationContext) throws {
        try database.createTemporaryTable(
            "kohaku_repository",
            """
            repository_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL,
            created BIGINT, owner_id INTEGER
            """,
            from: #"""
                SELECT r."id", r."full_id", r."repo_type", \#(database.connection.microseconds(#"r."created_at""#)),
                    CASE WHEN u.user_id IS NOT NULL
                        AND NOT coalesce(u.user_id = 1 AND n.user_id <> 1 AND n.is_org = 0, false)
                        THEN u.user_id ELSE n.user_id END
                FROM "repository" AS r LEFT JOIN kohaku_user AS u ON u.user_id = r."owner_id" AND u.is_org = 0
                    LEFT JOIN kohaku_user AS n ON n.username = r."namespace" AND n.user_id = (
                        SELECT min(m.user_id) FROM kohaku_user AS m WHERE m.username = r."namespace")
                ORDER BY r."id"
                """#)
        try database.createTemporaryTable(
            "kohaku_exact",
            """
            full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER NOT NULL,
            owner_id INTEGER, PRIMARY KEY (full_id, repo_type)
            """,
            from: """
                SELECT full_id, repo_type, repository_id, owner_id FROM kohaku_repository
                WHERE repository_id IN (SELECT min(repository_id) FROM kohaku_repository GROUP BY full_id, repo_type)
                ORDER BY full_id, repo_type
                """)
        try database.createTemporaryTable(
            "kohaku_sole",
            "full_id VARCHAR(255) PRIMARY KEY, repository_id INTEGER NOT NULL, owner_id INTEGER",
            from: """
                SELECT full_id, repository_id, owner_id FROM kohaku_repository
                WHERE full_id IN (SELECT full_id FROM kohaku_repository GROUP BY full_id HAVING count(*) = 1)
                ORDER BY full_id
                """)
        try database.createTemporaryTable(
            "kohaku_candidate",
            """
            full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER NOT NULL,
            owner_id INTEGER, created BIGINT, PRIMARY KEY (full_id, repo_type, repository_id)
            """,
            from: """
                SELECT full_id, repo_type, repository_id, owner_id, created FROM kohaku_repository AS r
                WHERE NOT EXISTS (SELECT 1 FROM kohaku_sole AS s WHERE s.full_id = r.full_id)
                ORDER BY full_id, repo_type, repository_id
                """)
    }

    /// Gathers what commits tell of the type of a repository.
    func readCommits(_ database: MigrationContext) throws {
        try database.createTemporaryTable(
            "kohaku_commit",
            """
            row_id INTEGER PRIMARY KEY, commit_id VARCHAR(255) NOT NULL, full_id VARCHAR(255) NOT NULL,
            repo_type VARCHAR(255) NOT NULL
            """,
            from: #"""
                SELECT "id", "commit_id", "repo_full_id", "repo_type" FROM "commit" {unindexed}
                WHERE "commit_id" IS NOT NULL AND "repo_full_id" IS NOT NULL AND "repo_type" IS NOT NULL ORDER BY "id"
                """#)
        try database.execute("CREATE INDEX kohaku_commit_commit_id ON kohaku_commit (commit_id, full_id)")
    }

    /// Decides for each file of a shared full id by the first kind of evidence that leaves one repository. Where none does,
    /// every repository gets the file, which is what the application showed.
    func placeSharedFiles(_ database: MigrationContext) throws {
        let microseconds = database.connection.microseconds
        try database.createTemporaryTable(
            "kohaku_shared",
            """
            file_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, path VARCHAR(255) NOT NULL,
            sha256 VARCHAR(255) NOT NULL, updated BIGINT
            """,
            from: #"""
                SELECT "id", "repo_full_id", "path_in_repo", "sha256", \#(microseconds(#""updated_at""#))
                FROM "file" {unindexed} WHERE "repo_full_id" IN (SELECT full_id FROM kohaku_candidate) ORDER BY "id"
                """#)
        try database.execute("CREATE INDEX kohaku_shared_path ON kohaku_shared (full_id, path)")
        // With each commit, when the next one of another type was made: one look tells whether a time has one type only.
        try database.createTemporaryTable(
            "kohaku_shared_commit",
            """
            full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, created BIGINT NOT NULL,
            other_created BIGINT
            """,
            from: #"""
                SELECT full_id, repo_type, created, min(changed) OVER (
                    PARTITION BY full_id ORDER BY created DESC, repo_type DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                FROM (
                    SELECT full_id, repo_type, created, CASE WHEN repo_type <> lead(repo_type) OVER later
                        THEN lead(created) OVER later END AS changed
                    FROM (
                        SELECT DISTINCT "repo_full_id" AS full_id, "repo_type" AS repo_type,
                            \#(microseconds(#""created_at""#)) AS created
                        FROM "commit" {unindexed}
                        WHERE "repo_full_id" IN (SELECT full_id FROM kohaku_candidate) AND "repo_type" IS NOT NULL
                    ) AS k WHERE created IS NOT NULL
                    WINDOW later AS (PARTITION BY full_id ORDER BY created, repo_type)
                ) AS k
                """#)
        try database.execute(
            "CREATE INDEX kohaku_shared_commit_at ON kohaku_shared_commit (full_id, created, repo_type)")
        try database.execute(
            """
            CREATE TEMPORARY TABLE kohaku_evidence
                (file_id INTEGER NOT NULL, rule INTEGER NOT NULL, repository_id INTEGER NOT NULL)
            """)
        for (index, evidence) in Self.evidence.enumerated() {
            try database.execute(
                """
                INSERT INTO kohaku_evidence
                SELECT DISTINCT f.file_id, \(index + 1), c.repository_id FROM kohaku_shared AS f
                \(evidence)
                """)
        }
        try database.createTemporaryTable(
            "kohaku_decided", "file_id INTEGER PRIMARY KEY, rule INTEGER NOT NULL, repository_id INTEGER NOT NULL",
            from: """
                SELECT file_id, rule, repository_id FROM (
                    SELECT file_id, rule, min(repository_id) AS repository_id,
                        row_number() OVER (PARTITION BY file_id ORDER BY rule) AS place
                    FROM kohaku_evidence GROUP BY file_id, rule HAVING count(*) = 1
                ) AS sole WHERE place = 1 ORDER BY file_id
                """)
        try database.createTemporaryTable(
            "kohaku_file",
            """
            file_id INTEGER NOT NULL, copy INTEGER NOT NULL, new_id INTEGER, repository_id INTEGER NOT NULL,
            owner_id INTEGER NOT NULL, rule INTEGER, PRIMARY KEY (file_id, copy)
            """,
            from: #"""
                WITH placed AS (
                    SELECT d.file_id, 0 AS copy, c.repository_id, c.owner_id, d.rule
                    FROM kohaku_decided AS d JOIN kohaku_candidate AS c ON c.repository_id = d.repository_id
                    UNION ALL
                    SELECT f.file_id, row_number() OVER (PARTITION BY f.file_id ORDER BY c.repository_id) - 1,
                        c.repository_id, c.owner_id, NULL
                    FROM kohaku_shared AS f JOIN kohaku_candidate AS c ON c.full_id = f.full_id
                    WHERE c.owner_id IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM kohaku_decided AS d WHERE d.file_id = f.file_id)
                )
                SELECT file_id, copy,
                    CASE WHEN copy > 0 THEN (SELECT max("id") FROM "file")
                        + row_number() OVER (PARTITION BY CASE WHEN copy > 0 THEN 1 ELSE 0 END ORDER BY file_id, copy)
                    END,
                    repository_id, owner_id, rule
                FROM placed WHERE owner_id IS NOT NULL ORDER BY file_id, copy
                """#)
    }

    /// What points from a file `f` to candidates `c`, the strongest first.
    private static let evidence = [
        // The LFS history has the same content at the same path, and its commit says the type.
        #"""
        JOIN "lfsobjecthistory" AS h {unindexed}
            ON h."repo_full_id" = f.full_id AND h."path_in_repo" = f.path AND h."sha256" = f.sha256
        JOIN kohaku_commit AS k ON k.commit_id = h."commit_id" AND k.full_id = h."repo_full_id"
        JOIN kohaku_candidate AS c ON c.full_id = f.full_id AND c.repo_type = k.repo_type
        """#,
        // The file was written within 2 seconds after to 60 seconds before commits of one type only. The first of them tells.
        """
        JOIN kohaku_candidate AS c ON c.full_id = f.full_id
        WHERE c.repo_type = (
            SELECT CASE WHEN coalesce(k.other_created > f.updated + 60000000, true) THEN k.repo_type END
            FROM kohaku_shared_commit AS k
            WHERE k.full_id = f.full_id AND k.created BETWEEN f.updated - 2000000 AND f.updated + 60000000
            ORDER BY k.created, k.repo_type LIMIT 1)
        """,
        // It is being uploaded: the same content at the same path is staged.
        #"""
        JOIN "stagingupload" AS s {unindexed}
            ON s."repo_full_id" = f.full_id AND s."path_in_repo" = f.path AND s."sha256" = f.sha256
        JOIN kohaku_candidate AS c ON c.full_id = f.full_id AND c.repo_type = s."repo_type"
        """#,
        // Only one of the repositories existed when the file was written.
        """
        JOIN kohaku_candidate AS c ON c.full_id = f.full_id
        WHERE NOT coalesce(c.created > f.updated, false)
        """,
    ]

    /// Decides for each row of the LFS history: by its commit's type; else the only repository; else the one that holds the
    /// path; else the one with the lowest id.
    func placeHistory(_ database: MigrationContext) throws {
        try database.createTemporaryTable(
            "kohaku_history",
            "history_id INTEGER PRIMARY KEY, repository_id INTEGER NOT NULL, rule INTEGER NOT NULL",
            from: #"""
                SELECT h."id", min(e.repository_id), 1 FROM "lfsobjecthistory" AS h {unindexed}
                    JOIN kohaku_commit AS k ON k.commit_id = h."commit_id" AND k.full_id = h."repo_full_id"
                    JOIN kohaku_exact AS e ON e.full_id = k.full_id AND e.repo_type = k.repo_type
                WHERE e.owner_id IS NOT NULL GROUP BY h."id"
                """#)
        // A row whose commit is known belongs to that commit's type, also when no such repository is left.
        try database.createTemporaryTable(
            "kohaku_untyped",
            "history_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, path VARCHAR(255) NOT NULL",
            from: #"""
                SELECT h."id", h."repo_full_id", h."path_in_repo" FROM "lfsobjecthistory" AS h {unindexed}
                    LEFT JOIN kohaku_commit AS k ON k.commit_id = h."commit_id" AND k.full_id = h."repo_full_id"
                WHERE k.commit_id IS NULL AND h."repo_full_id" IS NOT NULL AND h."path_in_repo" IS NOT NULL
                ORDER BY h."id"
                """#)
        let rules = [
            """
            SELECT u.history_id, s.repository_id, 2 FROM kohaku_untyped AS u JOIN kohaku_sole AS s ON s.full_id = u.full_id
            WHERE s.owner_id IS NOT NULL
            """,
            """
            SELECT u.history_id, min(p.repository_id), 3 FROM kohaku_untyped AS u
                JOIN kohaku_shared AS f ON f.full_id = u.full_id AND f.path = u.path
                JOIN kohaku_file AS p ON p.file_id = f.file_id
            GROUP BY u.history_id HAVING count(DISTINCT p.repository_id) = 1
            """,
            """
            SELECT u.history_id, min(c.repository_id), 4 FROM kohaku_untyped AS u
                JOIN kohaku_candidate AS c ON c.full_id = u.full_id
            WHERE c.owner_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM kohaku_history AS h WHERE h.history_id = u.history_id)
            GROUP BY u.history_id
            """,
        ]
        for rule in rules { try database.execute("INSERT INTO kohaku_history \(rule)") }
    }
}

extension QuarantineRule {
    /// Rows of a user who no longer exists.
    static func withoutUser(_ column: String, called role: String = "user") -> QuarantineRule {
        let column = "old.\(column.quotedIdentifier)"
        let who = role == "user" ? "user" : "its \(role), user"
        return .rows(
            where: .isNobody(column),
            reason: "'\(who) ' || \(column) || ' no longer exists'",
            summary: "their \(role) no longer exists")
    }

    /// Rows whose full id and type name no repository that is kept, unless something else places them.
    static func withoutExactRepository(or exception: String = "false") -> QuarantineRule {
        .rows(
            where: #"""
                NOT EXISTS (
                    SELECT 1 FROM kohaku_exact AS r WHERE r.full_id = old."repo_full_id"
                        AND r.repo_type = old."repo_type" AND r.owner_id IS NOT NULL)
                    AND NOT (\#(exception))
                """#,
            reason: #"""
                CASE WHEN EXISTS (
                    SELECT 1 FROM kohaku_exact AS r
                    WHERE r.full_id = old."repo_full_id" AND r.repo_type = old."repo_type")
                THEN 'the ' || old."repo_type" || ' ' || old."repo_full_id" || ' is in quarantine'
                ELSE 'there is no ' || old."repo_type" || ' ' || old."repo_full_id" || coalesce((
                    SELECT '; its LFS objects are in ' || m.candidates FROM kohaku_moved AS m
                    WHERE m.full_id = old."repo_full_id" AND m.repo_type = old."repo_type"), '') END
                """#,
            summary: "the repository of their full id and type is gone or goes to quarantine")
    }
}

extension String {
    /// That an id is that of a repository which goes to quarantine.
    static func isOwnerless(_ id: String) -> String {
        """
        EXISTS (SELECT 1 FROM kohaku_repository AS r WHERE r.repository_id = \(id) AND r.owner_id IS NULL)
        """
    }

    /// That an id is no user's: an organization that has it by now never was that user.
    static func isNobody(_ id: String) -> String {
        """
        \(id) IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM kohaku_user AS n WHERE n.user_id = \(id) AND n.is_org = 0)
        """
    }

    /// Why a row that knows only a full id has no repository.
    static let withoutRepository = #"""
        CASE WHEN EXISTS (SELECT 1 FROM kohaku_exact AS r WHERE r.full_id = old."repo_full_id")
        THEN 'the repository it belonged to under ' || old."repo_full_id" || ' is gone or in quarantine'
        ELSE 'there is no repository ' || old."repo_full_id" || coalesce((
            SELECT '; its LFS objects are in ' || min(m.candidates) FROM kohaku_moved AS m
            WHERE m.full_id = old."repo_full_id"), '') END
        """#
}
