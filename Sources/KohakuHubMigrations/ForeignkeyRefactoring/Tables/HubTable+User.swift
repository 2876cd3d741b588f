import Migrations

extension HubTable {
    /// An organization is a user that cannot sign in.
    static let user = HubTable(
        name: "user",
        addedColumns: ["is_org", "normalized_name", "description"],
        userColumns: ["id"],
        ownsRows: true,
        uniqueColumns: [["email"], ["username"]],
        makeRewrite: {
            TableRewrite(
                $0,
                columns: #"""
                    "id" {id}
                    "username" VARCHAR(255) NOT NULL
                    "normalized_name" VARCHAR(255) NOT NULL
                    "is_org" {boolean} NOT NULL
                    "email" VARCHAR(255)
                    "password_hash" VARCHAR(255)
                    "email_verified" {boolean} NOT NULL
                    "is_active" {boolean} NOT NULL
                    "private_quota_bytes" {bigint}
                    "public_quota_bytes" {bigint}
                    "private_used_bytes" {bigint} NOT NULL
                    "public_used_bytes" {bigint} NOT NULL
                    "full_name" VARCHAR(255)
                    "bio" TEXT
                    "description" TEXT
                    "website" VARCHAR(255)
                    "social_media" TEXT
                    "avatar" {blob}
                    "avatar_updated_at" {timestamp}
                    "created_at" {timestamp} NOT NULL
                    """#,
                indexes: #"""
                    CREATE UNIQUE INDEX "user_username" ON "user" ("username")
                    CREATE UNIQUE INDEX "user_normalized_name" ON "user" ("normalized_name")
                    CREATE INDEX "user_is_org" ON "user" ("is_org")
                    CREATE UNIQUE INDEX "user_email" ON "user" ("email")
                    """#,
                replaces: ["name"],
                changes: ["normalized_name", "is_org", "private_used_bytes", "public_used_bytes"],
                from: [
                    .kept(
                        from: #""user" AS old JOIN kohaku_user AS named ON named.user_id = old."id""#,
                        values: [
                            "normalized_name": "named.normalized_name",
                            "is_org": "named.is_org = 1",
                            "private_used_bytes": #"coalesce(old."private_used_bytes", 0)"#,
                            "public_used_bytes": #"coalesce(old."public_used_bytes", 0)"#,
                        ]),
                    .merged(
                        table: "organization",
                        from: #"""
                            "organization" AS old {unindexed}
                                JOIN kohaku_organization AS merged ON merged.old_id = old."id" AND merged.is_new = 1
                                JOIN kohaku_user AS named ON named.user_id = merged.new_id
                            """#,
                        values: [
                            "id": "merged.new_id",
                            "username": #"old."name""#,
                            "normalized_name": "named.normalized_name",
                            "is_org": "true",
                            "email_verified": "false",
                            "is_active": "true",
                            "private_used_bytes": #"coalesce(old."private_used_bytes", 0)"#,
                            "public_used_bytes": #"coalesce(old."public_used_bytes", 0)"#,
                        ]),
                ]
            )
        }
    )
}
