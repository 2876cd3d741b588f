import Migrations

/// Which repository each row of the LFS history belongs to.
extension ForeignkeyRefactoring {
    /// Decides by the type of the row's commit; where the commit is unknown, by the rules of `untypedHistory`.
    func placeHistory(_ context: MigrationContext) throws {
        try context.create(
            .history,
            from: #"""
                SELECT history."id", known.repository_id, 1 FROM "lfsobjecthistory" AS history {unindexed} CROSS JOIN (
                    SELECT typed.commit_id, typed.full_id, min(exact.repository_id) AS repository_id
                    FROM kohaku_commit AS typed JOIN kohaku_exact AS exact
                        ON exact.full_id = typed.full_id AND exact.repo_type = typed.repo_type
                    WHERE exact.owner_id IS NOT NULL GROUP BY typed.commit_id, typed.full_id
                ) AS known
                WHERE known.commit_id = history."commit_id" AND known.full_id = history."repo_full_id"
                ORDER BY history."id"
                """#)
        // A row whose commit is known belongs to that commit's type, even if no such repository exists.
        try context.create(
            .untyped,
            from: #"""
                SELECT history."id", history."repo_full_id", history."path_in_repo"
                FROM "lfsobjecthistory" AS history {unindexed} LEFT JOIN kohaku_commit AS known
                    ON known.commit_id = history."commit_id" AND known.full_id = history."repo_full_id"
                WHERE known.commit_id IS NULL AND history."repo_full_id" IS NOT NULL
                    AND history."path_in_repo" IS NOT NULL
                ORDER BY history."id"
                """#)
        for rule in Self.untypedHistory { try context.execute("INSERT INTO kohaku_history \(rule)") }
    }

    private static let untypedHistory = [
        // The only repository of the full id.
        """
        SELECT untyped.history_id, sole.repository_id, 2 FROM kohaku_untyped AS untyped
            JOIN kohaku_sole AS sole ON sole.full_id = untyped.full_id
        WHERE sole.owner_id IS NOT NULL
        """,
        // Else the only one that got the file of the same path.
        """
        SELECT untyped.history_id, min(placed.repository_id), 3 FROM kohaku_untyped AS untyped
            JOIN kohaku_shared AS shared ON shared.full_id = untyped.full_id AND shared.path = untyped.path
            JOIN kohaku_file AS placed ON placed.file_id = shared.file_id
        GROUP BY untyped.history_id HAVING count(DISTINCT placed.repository_id) = 1
        """,
        // Else the one with the lowest id.
        """
        SELECT untyped.history_id, min(candidate.repository_id), 4 FROM kohaku_untyped AS untyped
            JOIN kohaku_candidate AS candidate ON candidate.full_id = untyped.full_id
        WHERE candidate.owner_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM kohaku_history AS placed WHERE placed.history_id = untyped.history_id)
        GROUP BY untyped.history_id
        """,
    ]
}
