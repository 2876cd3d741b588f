import Migrations

/// The new tables of users, with the organizations among them, and of what belongs to a user.
extension ForeignkeyRefactoring {
    /// An organization is a user that cannot sign in.
    static let user = TableRewrite(
        "user",
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
                from: #""user" AS old JOIN kohaku_user AS n ON n.user_id = old."id""#,
                values: [
                    "normalized_name": "n.normalized_name",
                    "is_org": "n.is_org = 1",
                    "private_used_bytes": #"coalesce(old."private_used_bytes", 0)"#,
                    "public_used_bytes": #"coalesce(old."public_used_bytes", 0)"#,
                ]),
            .merged(
                table: "organization",
                from: #"""
                    "organization" AS old {unindexed} JOIN kohaku_organization AS o ON o.old_id = old."id" AND o.is_new = 1
                        JOIN kohaku_user AS n ON n.user_id = o.new_id
                    """#,
                values: [
                    "id": "o.new_id",
                    "username": #"old."name""#,
                    "normalized_name": "n.normalized_name",
                    "is_org": "true",
                    "email_verified": "false",
                    "is_active": "true",
                    "private_used_bytes": #"coalesce(old."private_used_bytes", 0)"#,
                    "public_used_bytes": #"coalesce(old."public_used_bytes", 0)"#,
                ]),
        ]
    )

    static let emailVerification = TableRewrite(
        "emailverification",
        columns: #"""
            "id" {id}
            "user_id" INTEGER NOT NULL
            "token" VARCHAR(255) NOT NULL
            "expires_at" {timestamp} NOT NULL
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"("user_id") REFERENCES "user" ("id") ON DELETE CASCADE"#,
        indexes: #"""
            CREATE INDEX "emailverification_user_id" ON "emailverification" ("user_id")
            CREATE UNIQUE INDEX "emailverification_token" ON "emailverification" ("token")
            """#,
        replaces: ["user"],
        changes: ["user_id"],
        quarantine: [.withoutUser("user")],
        from: [.kept(from: #""emailverification" AS old"#, values: ["user_id": #"old."user""#])]
    )

    static let session = TableRewrite(
        "session",
        columns: #"""
            "id" {id}
            "session_id" VARCHAR(255) NOT NULL
            "user_id" INTEGER NOT NULL
            "secret" VARCHAR(255) NOT NULL
            "expires_at" {timestamp} NOT NULL
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"("user_id") REFERENCES "user" ("id") ON DELETE CASCADE"#,
        indexes: #"""
            CREATE UNIQUE INDEX "session_session_id" ON "session" ("session_id")
            CREATE INDEX "session_user_id" ON "session" ("user_id")
            """#,
        quarantine: [.withoutUser("user_id")]
    )

    static let token = TableRewrite(
        "token",
        columns: #"""
            "id" {id}
            "user_id" INTEGER NOT NULL
            "token_hash" VARCHAR(255) NOT NULL
            "name" VARCHAR(255) NOT NULL
            "last_used" {timestamp}
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"("user_id") REFERENCES "user" ("id") ON DELETE CASCADE"#,
        indexes: #"""
            CREATE INDEX "token_user_id" ON "token" ("user_id")
            CREATE UNIQUE INDEX "token_token_hash" ON "token" ("token_hash")
            """#,
        quarantine: [.withoutUser("user_id")]
    )

    static let sshKey = TableRewrite(
        "sshkey",
        columns: #"""
            "id" {id}
            "user_id" INTEGER NOT NULL
            "key_type" VARCHAR(255) NOT NULL
            "public_key" TEXT NOT NULL
            "fingerprint" VARCHAR(255) NOT NULL
            "title" VARCHAR(255) NOT NULL
            "last_used" {timestamp}
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"("user_id") REFERENCES "user" ("id") ON DELETE CASCADE"#,
        indexes: #"""
            CREATE INDEX "sshkey_user_id" ON "sshkey" ("user_id")
            CREATE UNIQUE INDEX "sshkey_fingerprint" ON "sshkey" ("fingerprint")
            CREATE UNIQUE INDEX "sshkey_user_id_fingerprint" ON "sshkey" ("user_id", "fingerprint")
            """#,
        quarantine: [.withoutUser("user_id")]
    )

    /// Of several memberships of one user in one organization the highest role stays.
    static let userOrganization = TableRewrite(
        "userorganization",
        columns: #"""
            "id" {id}
            "user_id" INTEGER NOT NULL
            "organization_id" INTEGER NOT NULL
            "role" VARCHAR(255) NOT NULL
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE
            ("organization_id") REFERENCES "user" ("id") ON DELETE CASCADE
            """#,
        indexes: #"""
            CREATE INDEX "userorganization_user_id" ON "userorganization" ("user_id")
            CREATE INDEX "userorganization_organization_id" ON "userorganization" ("organization_id")
            CREATE UNIQUE INDEX "userorganization_user_id_organization_id"
                ON "userorganization" ("user_id", "organization_id")
            """#,
        changes: ["organization_id"],
        quarantine: [
            .withoutUser("user_id"),
            .rows(
                where: #"""
                    NOT EXISTS (
                        SELECT 1 FROM kohaku_organization_id AS o WHERE o.given_id = old."organization_id")
                    """#,
                reason: #"'organization ' || old."organization_id" || ' no longer exists'"#,
                summary: "their organization no longer exists"),
            .rows(
                where: #"""
                    old."id" IN (SELECT "id" FROM (
                        SELECT "id", row_number() OVER (
                            PARTITION BY m."user_id", o.user_id
                            ORDER BY CASE "role" WHEN 'super-admin' THEN 4 WHEN 'admin' THEN 3
                                WHEN 'member' THEN 2 WHEN 'visitor' THEN 1 ELSE 0 END DESC, "id") AS place
                        FROM "userorganization" AS m
                            JOIN kohaku_organization_id AS o ON o.given_id = m."organization_id") AS ranked
                    WHERE place > 1)
                    """#,
                reason: #"""
                    'user ' || old."user_id" || ' is in organization ' || old."organization_id"
                        || ' more than once: the highest role stays'
                    """#,
                summary: "the same user is in the organization with a higher role"),
        ],
        from: [
            .kept(
                from: #"""
                    "userorganization" AS old
                        JOIN kohaku_organization_id AS o ON o.given_id = old."organization_id"
                    """#,
                values: ["organization_id": "o.user_id"])
        ]
    )

    /// The creator is required here; 012 releases the invitations whose creator is gone.
    static let invitation = TableRewrite(
        "invitation",
        columns: #"""
            "id" {id}
            "token" VARCHAR(255) NOT NULL
            "action" VARCHAR(255) NOT NULL
            "parameters" TEXT NOT NULL
            "created_by_id" INTEGER NOT NULL
            "expires_at" {timestamp} NOT NULL
            "max_usage" INTEGER
            "usage_count" INTEGER NOT NULL
            "used_at" {timestamp}
            "used_by_id" INTEGER
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("created_by_id") REFERENCES "user" ("id") ON DELETE CASCADE
            ("used_by_id") REFERENCES "user" ("id") ON DELETE SET NULL
            """#,
        indexes: #"""
            CREATE UNIQUE INDEX "invitation_token" ON "invitation" ("token")
            CREATE INDEX "invitation_action" ON "invitation" ("action")
            CREATE INDEX "invitation_created_by_id" ON "invitation" ("created_by_id")
            CREATE INDEX "invitation_used_by_id" ON "invitation" ("used_by_id")
            CREATE INDEX "invitation_action_created_by_id" ON "invitation" ("action", "created_by_id")
            """#,
        replaces: ["created_by", "used_by"],
        changes: ["parameters", "usage_count", "created_by_id", "used_by_id"],
        quarantine: [
            .rows(
                where: #"""
                    EXISTS (
                        SELECT 1 FROM kohaku_invitation AS i WHERE i.invitation_id = old."id" AND i.parameters IS NULL)
                    """#,
                reason: "'the organization it invites to no longer exists'",
                summary: "the organization they invite to no longer exists"),
            .rows(
                where: .isNobody(#"old."created_by""#),
                reason: #"""
                    'its creator, user ' || old."created_by" || ' no longer exists' || coalesce((
                        SELECT '; its organization is now user ' || i.organization_id FROM kohaku_invitation AS i
                        WHERE i.invitation_id = old."id"), '')
                    """#,
                summary: "their creator no longer exists (012 puts them back, without a creator)"),
        ],
        from: [
            .kept(
                from: #"""
                    "invitation" AS old LEFT JOIN kohaku_invitation AS i ON i.invitation_id = old."id"
                        LEFT JOIN kohaku_user AS u ON u.user_id = old."used_by" AND u.is_org = 0
                    """#,
                values: [
                    "parameters": #"coalesce(i.parameters, old."parameters")"#,
                    "created_by_id": #"old."created_by""#,
                    "usage_count": #"coalesce(old."usage_count", 0)"#,
                    "used_by_id": "u.user_id",
                ])
        ]
    )
}
