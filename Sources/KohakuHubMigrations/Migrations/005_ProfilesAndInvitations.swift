public import Migrations

/// Gives users and organizations profiles, and organizations and registrations invitations.
public struct ProfilesAndInvitations: Migration {
    public let signature = Signature.all([.column("user", "full_name"), .table("invitation")])

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""full_name" VARCHAR(255)"#, to: "user")
        for table in ["user", "organization"] where context.hasTable(table) {
            try context.addColumns(
                #"""
                "bio" TEXT
                "website" VARCHAR(255)
                "social_media" TEXT
                """#, to: table)
        }
        try context.createTable(
            "invitation",
            #"""
            CREATE TABLE "invitation" (
                "id" {id},
                "token" VARCHAR(255) NOT NULL,
                "action" VARCHAR(255) NOT NULL,
                "parameters" TEXT NOT NULL,
                "created_by" INTEGER NOT NULL,
                "expires_at" {timestamp} NOT NULL,
                "max_usage" INTEGER,
                "usage_count" INTEGER NOT NULL,
                "used_at" {timestamp},
                "used_by" INTEGER,
                "created_at" {timestamp} NOT NULL
            );
            CREATE UNIQUE INDEX "invitation_token" ON "invitation" ("token");
            CREATE INDEX "invitation_action" ON "invitation" ("action");
            CREATE INDEX "invitation_created_by" ON "invitation" ("created_by");
            CREATE INDEX "invitation_action_created_by" ON "invitation" ("action", "created_by")
            """#)
    }
}
