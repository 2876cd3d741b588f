public import Migrations

/// Gives repositories storage quotas, and users SSH keys.
public struct RepoQuotas: Migration {
    public let signature = Signature.all([
        .column("repository", "quota_bytes"), .column("repository", "used_bytes"),
    ])

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""quota_bytes" {bigint}"#, to: "repository")
        try context.addColumn(#""used_bytes" {bigint} NOT NULL"#, backfill: "0", to: "repository")
        // The application created this table at startup, without a migration, between 003 and 004.
        try context.createTable(
            "sshkey",
            Self.sshKey)
    }

    static let sshKey = #"""
        CREATE TABLE "sshkey" (
            "id" {id},
            "user_id" INTEGER NOT NULL,
            "key_type" VARCHAR(255) NOT NULL,
            "public_key" TEXT NOT NULL,
            "fingerprint" VARCHAR(255) NOT NULL,
            "title" VARCHAR(255) NOT NULL,
            "last_used" {timestamp},
            "created_at" {timestamp} NOT NULL
        );
        CREATE INDEX "sshkey_user_id" ON "sshkey" ("user_id");
        CREATE UNIQUE INDEX "sshkey_fingerprint" ON "sshkey" ("fingerprint");
        CREATE UNIQUE INDEX "sshkey_user_id_fingerprint" ON "sshkey" ("user_id", "fingerprint")
        """#
}
