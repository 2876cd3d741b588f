public import Migrations

/// Keeps the tokens that users have for other hubs.
public struct UserExternalTokens: Migration {
    public let signature = Signature.table("userexternaltoken")

    public func migrate(_ context: MigrationContext) throws {
        try context.createTable(
            "userexternaltoken",
            #"""
            CREATE TABLE "userexternaltoken" (
                "id" {id},
                "user_id" INTEGER NOT NULL,
                "url" VARCHAR(255) NOT NULL,
                "encrypted_token" TEXT NOT NULL,
                "created_at" {timestamp} NOT NULL,
                "updated_at" {timestamp} NOT NULL,
                FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE
            );
            CREATE INDEX "userexternaltoken_user_id" ON "userexternaltoken" ("user_id");
            CREATE UNIQUE INDEX "userexternaltoken_user_id_url" ON "userexternaltoken" ("user_id", "url")
            """#)
    }
}
