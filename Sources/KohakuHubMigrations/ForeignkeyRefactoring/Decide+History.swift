import Migrations

/// Which repository each row of the LFS history belongs to: the only one of its full id, unless its commit was made to
/// another one.
extension ForeignkeyRefactoring {
    /// Collects the rows for which that is not so.
    func gatherLooseHistory(_ context: MigrationContext) throws {
        try context.create(
            .loose,
            from: #"""
                SELECT history."id", history."repo_full_id", history."path_in_repo", history."sha256", min(known.repo_type)
                FROM "lfsobjecthistory" AS history {unindexed}
                    LEFT JOIN kohaku_sole AS sole ON sole.full_id = history."repo_full_id" AND sole.owner_id IS NOT NULL
                    LEFT JOIN kohaku_commit AS known
                        ON known.commit_id = history."commit_id" AND known.full_id = history."repo_full_id"
                WHERE sole.full_id IS NULL OR known.commit_id IS NOT NULL
                GROUP BY history."id", history."repo_full_id", history."path_in_repo", history."sha256"
                ORDER BY history."id"
                """#)
    }

    /// Decides for those by the first rule that finds a repository. A row whose commit is known belongs to that commit's
    /// type, even if no such repository exists.
    func placeHistory(_ context: MigrationContext) throws {
        try context.create(.history, from: Self.looseHistory[0])
        for rule in Self.looseHistory.dropFirst() { try context.execute("INSERT INTO kohaku_history \(rule)") }
    }

    private static let looseHistory = [
        // The repository of the commit's type.
        """
        SELECT loose.history_id, exact.repository_id, 1 FROM kohaku_loose AS loose
            JOIN kohaku_exact AS exact ON exact.full_id = loose.full_id AND exact.repo_type = loose.repo_type
        WHERE exact.owner_id IS NOT NULL
        """,
        // Of an unknown commit, the only repository that got the file of the same path.
        """
        SELECT loose.history_id, min(placed.repository_id), 2 FROM kohaku_loose AS loose
            JOIN kohaku_shared AS shared ON shared.full_id = loose.full_id AND shared.path = loose.path
            JOIN kohaku_file AS placed ON placed.file_id = shared.file_id
        WHERE loose.repo_type IS NULL
        GROUP BY loose.history_id HAVING count(DISTINCT placed.repository_id) = 1
        """,
        // Else the one with the lowest id.
        """
        SELECT loose.history_id, min(candidate.repository_id), 3 FROM kohaku_loose AS loose
            JOIN kohaku_candidate AS candidate ON candidate.full_id = loose.full_id
        WHERE loose.repo_type IS NULL AND loose.path IS NOT NULL AND candidate.owner_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM kohaku_history AS placed WHERE placed.history_id = loose.history_id)
        GROUP BY loose.history_id
        """,
    ]
}
