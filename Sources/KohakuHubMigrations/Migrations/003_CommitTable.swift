public import Migrations

/// Keeps who committed what: the table `commit`.
public struct CommitTable: Migration {
    public let signature = Signature.all([.table("commit"), .column("commit", "repo_type")])

    public func migrate(_ context: MigrationContext) throws {
        try removeUnusable(context)
        try context.createTable(
            "commit",
            #"""
            CREATE TABLE "commit" (
                "id" {id},
                "commit_id" VARCHAR(255) NOT NULL,
                "repo_full_id" VARCHAR(255) NOT NULL,
                "repo_type" VARCHAR(255) NOT NULL,
                "branch" VARCHAR(255) NOT NULL,
                "user_id" INTEGER NOT NULL,
                "username" VARCHAR(255) NOT NULL,
                "message" TEXT NOT NULL,
                "description" TEXT NOT NULL,
                "created_at" {timestamp} NOT NULL
            );
            CREATE INDEX "commit_commit_id" ON "commit" ("commit_id");
            CREATE INDEX "commit_repo_full_id" ON "commit" ("repo_full_id");
            CREATE INDEX "commit_repo_type" ON "commit" ("repo_type");
            CREATE INDEX "commit_branch" ON "commit" ("branch");
            CREATE INDEX "commit_user_id" ON "commit" ("user_id");
            CREATE INDEX "commit_username" ON "commit" ("username");
            CREATE INDEX "commit_repo_full_id_branch" ON "commit" ("repo_full_id", "branch");
            CREATE UNIQUE INDEX "commit_commit_id_repo_full_id" ON "commit" ("commit_id", "repo_full_id")
            """#)
        // The application's model lost this index in the same version.
        try context.dropUniqueness(of: ["user_id", "organization_id"], in: "userorganization")
    }

    /// An older upgrade created the table with other columns, which the application could never write to.
    private func removeUnusable(_ context: MigrationContext) throws {
        guard let table = context.schema.tables["commit"],
            ["repo_type", "branch", "username", "user_id", "repository_id"].allSatisfy({ table.column($0) == nil })
        else { return }
        try context.quarantineReporting(
            from: table,
            rules: [
                .rows(
                    where: "true", reason: "'the table had no repo_type, branch and username'",
                    summary: "the table lacks columns that the application writes")
            ])
        try context.execute(#"DROP TABLE "commit""#)
        try context.refreshSchema(of: ["commit"])
    }
}
