public import Migrations

/// Keeps actions that an administrator has to confirm.
public struct ConfirmationTokens: Migration {
    public let signature = Signature.table("confirmationtoken")

    /// The hub of this version looks for the contents of repositories in LakeFS under other names than those before it.
    public func check(_ context: MigrationContext) throws -> [Finding] {
        guard context.schema.tables["repository"] != nil else { return [] }
        let refactoring = ForeignkeyRefactoring()
        let count =
            try refactoring.signature.holds(on: context.schema)
            ? context.connection.countRows(in: "repository") : refactoring.countKeptRepositories(context)
        guard let count, count > 0 else { return [] }
        return [
            Finding(
                .notice, code: "lakefs_names", table: "repository", count: count,
                message:
                    "\(count.counted("repository", plural: "repositories")) will look empty: from version 015 on the hub "
                    + "looks for contents in LakeFS under other names.",
                action: Vocabulary.kohakuHub.advice("To list the old and new names and how to move them", "lakefs"))
        ]
    }

    public func migrate(_ context: MigrationContext) throws {
        try context.createTable(
            "confirmationtoken",
            #"""
            CREATE TABLE "confirmationtoken" (
                "id" {id},
                "token" VARCHAR(255) NOT NULL,
                "action_type" VARCHAR(255) NOT NULL,
                "action_data" TEXT NOT NULL,
                "created_at" {timestamp} NOT NULL,
                "expires_at" {timestamp} NOT NULL
            );
            CREATE INDEX "confirmationtoken_action_type" ON "confirmationtoken" ("action_type");
            CREATE INDEX "confirmationtoken_expires_at" ON "confirmationtoken" ("expires_at");
            CREATE UNIQUE INDEX "confirmationtoken_token" ON "confirmationtoken" ("token");
            CREATE INDEX "confirmationtoken_action_type_expires_at"
                ON "confirmationtoken" ("action_type", "expires_at")
            """#)
    }
}
