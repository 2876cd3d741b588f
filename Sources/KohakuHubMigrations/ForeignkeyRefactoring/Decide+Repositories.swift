import Migrations

/// Who owns each repository, and which repositories a full id can mean.
extension ForeignkeyRefactoring {
    /// Finds every repository's owner.
    ///
    /// An existing owner stays, except the placeholder user 1 in another user's namespace. A missing one is replaced by
    /// whoever has the namespace's name. Without either the owner is NULL.
    func findOwners(_ context: MigrationContext) throws {
        try context.create(
            .repository,
            from: #"""
                SELECT repository."id", repository."full_id", repository."repo_type",
                    \#(context.dialect.epochMicroseconds(#"repository."created_at""#)),
                    CASE WHEN owner.user_id IS NOT NULL
                        AND NOT coalesce(owner.user_id = 1 AND namesake.user_id <> 1 AND namesake.is_org = 0, false)
                        THEN owner.user_id ELSE namesake.user_id END
                FROM "repository" AS repository
                    LEFT JOIN kohaku_user AS owner ON owner.user_id = repository."owner_id" AND owner.is_org = 0
                    LEFT JOIN kohaku_user AS namesake
                        ON namesake.username = repository."namespace" AND namesake.user_id = (
                            SELECT min(named.user_id) FROM kohaku_user AS named
                            WHERE named.username = repository."namespace")
                ORDER BY repository."id"
                """#)
    }

    /// Finds the repositories that a full id, with or without the type, can mean.
    func indexRepositories(_ context: MigrationContext) throws {
        try context.create(
            .exact,
            from: """
                SELECT full_id, repo_type, repository_id, owner_id FROM kohaku_repository
                WHERE repository_id IN (SELECT min(repository_id) FROM kohaku_repository GROUP BY full_id, repo_type)
                ORDER BY full_id, repo_type
                """)
        try context.create(
            .sole,
            from: """
                SELECT full_id, repo_type, repository_id, owner_id FROM kohaku_repository
                WHERE full_id IN (SELECT full_id FROM kohaku_repository GROUP BY full_id HAVING count(*) = 1)
                ORDER BY full_id
                """)
        try context.create(
            .candidate,
            from: """
                SELECT full_id, repo_type, repository_id, owner_id, created FROM kohaku_repository AS owned
                WHERE NOT EXISTS (SELECT 1 FROM kohaku_sole AS sole WHERE sole.full_id = owned.full_id)
                ORDER BY full_id, repo_type, repository_id
                """)
    }

    /// Collects the commits that tell more than their full id does: all but those to a kept repository that alone has it.
    func readCommits(_ context: MigrationContext) throws {
        try context.create(
            .commit,
            from: #"""
                SELECT "id", "commit_id", "repo_full_id", "repo_type" FROM "commit" AS present {unindexed}
                WHERE "commit_id" IS NOT NULL AND "repo_full_id" IS NOT NULL AND "repo_type" IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM kohaku_sole AS sole WHERE sole.full_id = present."repo_full_id"
                        AND sole.repo_type = present."repo_type" AND sole.owner_id IS NOT NULL)
                ORDER BY "id"
                """#)
        try context.execute("CREATE INDEX kohaku_commit_commit_id ON kohaku_commit (commit_id, full_id)")
    }
}
