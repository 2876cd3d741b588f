public import Migrations

/// Gives users and organizations storage quotas, and LFS objects a history.
public struct UserOrgQuotas: Migration {
    public let signature = Signature.all([
        .column("user", "private_quota_bytes"), .column("user", "public_used_bytes"),
    ])

    public func migrate(_ context: MigrationContext) throws {
        for table in ["user", "organization"] where context.hasTable(table) {
            try context.addColumns(
                #"""
                "private_quota_bytes" {bigint}
                "public_quota_bytes" {bigint}
                """#, to: table)
            try context.addColumns(
                #"""
                "private_used_bytes" {bigint} NOT NULL
                "public_used_bytes" {bigint} NOT NULL
                """#, backfill: "0", to: table)
        }
        // The application created this table at startup, without a migration, between 001 and 002.
        try context.createTable(
            "lfsobjecthistory",
            Self.lfsObjectHistory)
    }

    static let lfsObjectHistory = #"""
        CREATE TABLE "lfsobjecthistory" (
            "id" {id},
            "repo_full_id" VARCHAR(255) NOT NULL,
            "path_in_repo" VARCHAR(255) NOT NULL,
            "sha256" VARCHAR(255) NOT NULL,
            "size" INTEGER NOT NULL,
            "commit_id" VARCHAR(255) NOT NULL,
            "created_at" {timestamp} NOT NULL
        );
        CREATE INDEX "lfsobjecthistory_repo_full_id" ON "lfsobjecthistory" ("repo_full_id");
        CREATE INDEX "lfsobjecthistory_path_in_repo" ON "lfsobjecthistory" ("path_in_repo");
        CREATE INDEX "lfsobjecthistory_sha256" ON "lfsobjecthistory" ("sha256");
        CREATE INDEX "lfsobjecthistory_commit_id" ON "lfsobjecthistory" ("commit_id");
        CREATE INDEX "lfsobjecthistory_repo_full_id_path_in_repo"
            ON "lfsobjecthistory" ("repo_full_id", "path_in_repo")
        """#
}
