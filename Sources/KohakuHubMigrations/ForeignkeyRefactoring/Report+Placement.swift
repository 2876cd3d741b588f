import Migrations

/// What the operator should know about the repositories that rows are assigned to.
extension ForeignkeyRefactoring {
    func sharedFiles(_ context: MigrationContext) throws -> [Finding] {
        let rules = [
            "by the LFS history and its commit", "by the time of a commit", "by a staged upload",
            "because no other repository existed when it was written", "because no other repository is kept",
        ]
        let decided = try rules.enumerated().map { index, rule in
            try context.finding(
                .notice, code: "shared_full_id_decided", table: "file",
                about: """
                    SELECT shared.full_id || ': ' || shared.path || ' to the ' || owned.repo_type
                    FROM kohaku_file AS placed JOIN kohaku_shared AS shared ON shared.file_id = placed.file_id
                        JOIN kohaku_repository AS owned ON owned.repository_id = placed.repository_id
                    WHERE placed.rule = \(index + 1) ORDER BY placed.file_id
                    """
            ) {
                """
                \($0.counted("file")) under a full id that several repositories share \($0 == 1 ? "is" : "are") assigned to one \
                of them \(rule).
                """
            }
        }
        let copied = try context.finding(
            .warning, code: "shared_full_id_copied", table: "file",
            about: """
                SELECT shared.full_id || ': ' || shared.path FROM kohaku_shared AS shared
                WHERE shared.file_id IN (SELECT file_id FROM kohaku_file WHERE copy > 0) ORDER BY shared.file_id
                """
        ) {
            """
            \($0.counted("file")) under a full id that several repositories share \($0 == 1 ? "is" : "are") copied to each: the \
            owner cannot be known.
            """
        }
        return (decided + [copied]).compactMap { $0 }
    }

    func guessedHistory(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .warning, code: "history_lowest_id", table: "lfsobjecthistory",
            about: "SELECT 'id ' || history_id FROM kohaku_history WHERE rule = 3 ORDER BY history_id"
        ) {
            """
            \($0.counted("row")) of the LFS history \($0 == 1 ? "is" : "are") assigned to the repository with the lowest id \
            among those that share the full id.
            """
        }
    }

    func movedRepositories(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .notice, code: "moved_repository", table: "repository",
            about: """
                SELECT moved.full_id || ' to ' || owned.repo_type || ' ' || owned.full_id
                FROM kohaku_moved AS moved JOIN kohaku_repository AS owned ON owned.repository_id = moved.repository_id
                ORDER BY moved.full_id, moved.repo_type
                """
        ) {
            """
            Commits and LFS history left under \($0.counted("full id")) of moved repositories follow their LFS objects.
            """
        }
    }

    func changedOwners(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .notice, code: "owner_changed", table: "repository",
            about: #"""
                SELECT repository."full_id" || ': user ' || repository."owner_id" || ' to "' || owner.username || '"'
                FROM "repository" AS repository
                    JOIN kohaku_repository AS owned ON owned.repository_id = repository."id"
                    JOIN kohaku_user AS owner ON owner.user_id = owned.owner_id
                WHERE owned.owner_id <> repository."owner_id" ORDER BY repository."id"
                """#
        ) {
            """
            \($0.counted("repository gets", plural: "repositories get")) the owner of the namespace: the recorded one no longer \
            exists, or is the placeholder user 1.
            """
        }
    }
}
