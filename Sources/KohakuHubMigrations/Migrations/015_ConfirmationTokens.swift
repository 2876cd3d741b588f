public import Migrations

/// Keeps what an administrator has to confirm before it is done.
public struct ConfirmationTokens: Migration {
    public let signature = Signature.table("confirmationtoken")

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
