public import Migrations

/// Merges organizations into users, and turns the loose ids and full ids of every table into foreign keys.
///
/// Every table is rewritten once, in one transaction. Rows that the foreign keys cannot hold go to quarantine.
public struct ForeignkeyRefactoring: Migration {
    public let signature = Signature.all([
        .not(.table("organization")),
        .column("user", "is_org"),
        .column("file", "repository_id"),
        .column("commit", "author_id"),
        .column("invitation", "created_by_id"),
    ])

    public let consent: String? =
        "it merges organizations into users and rewrites every table. Only a backup leads back."

    public func check(_ database: MigrationContext) throws -> [Finding] {
        try findings(database)
    }

    public func migrate(_ database: MigrationContext) throws {
        try decide(database)
        let tables = Self.rewrites.map(\.table) + ["organization"]
        let foreignKeys = try database.connection.suspendForeignKeys(of: tables)
        for rewrite in Self.rewrites { try database.rewrite(rewrite) }
        try dropOrganizations(database)
        try advanceSequences(database)
        try database.connection.restoreForeignKeys(foreignKeys)
        for table in Self.temporaryTables { try database.execute("DROP TABLE \(table)") }
    }

    /// Decides where every row goes, in temporary tables, from the tables as they are: nothing is changed yet.
    func decide(_ database: MigrationContext) throws {
        try numberOrganizations(database)
        try nameUsers(database)
        try remapInvitations(database)
        try findOwners(database)
        try placeSharedFiles(database)
        try placeHistory(database)
        try adoptMoved(database)
    }

    /// The tables in the order in which they are rewritten: what is referenced comes first.
    static let rewrites = [
        user, repository, emailVerification, session, token, sshKey, userOrganization,
        file, stagingUpload, lfsObjectHistory, commit, invitation,
    ]

    // MARK: user, and organization

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
        changes: ["private_used_bytes", "public_used_bytes"],
        from: [
            .kept(
                from: #""user" AS old JOIN kohaku_user AS n ON n.user_id = old."id""#,
                values: [
                    "normalized_name": "n.normalized_name",
                    "is_org": "false",
                    "private_used_bytes": #"coalesce(old."private_used_bytes", 0)"#,
                    "public_used_bytes": #"coalesce(old."public_used_bytes", 0)"#,
                ]),
            .merged(
                table: "organization",
                from: #"""
                    "organization" AS old JOIN kohaku_organization AS o ON o.old_id = old."id"
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

    // MARK: What belongs to a user

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
                where: #"old."organization_id" NOT IN (SELECT old_id FROM kohaku_organization)"#,
                reason: #"'organization ' || old."organization_id" || ' no longer exists'"#,
                summary: "their organization no longer exists"),
            .rows(
                where: #"""
                    old."id" IN (SELECT "id" FROM (
                        SELECT "id", row_number() OVER (
                            PARTITION BY "user_id", "organization_id"
                            ORDER BY CASE "role" WHEN 'super-admin' THEN 4 WHEN 'admin' THEN 3
                                WHEN 'member' THEN 2 WHEN 'visitor' THEN 1 ELSE 0 END DESC, "id") AS place
                        FROM "userorganization") AS ranked
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
                        JOIN kohaku_organization AS o ON o.old_id = old."organization_id"
                    """#,
                values: ["organization_id": "o.new_id"])
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
        changes: ["parameters", "usage_count"],
        quarantine: [
            .rows(
                where: #"old."id" IN (SELECT invitation_id FROM kohaku_invitation WHERE parameters IS NULL)"#,
                reason: "'the organization it invites to no longer exists'",
                summary: "the organization they invite to no longer exists"),
            .withoutUser("created_by", called: "creator"),
        ],
        from: [
            .kept(
                from: #"""
                    "invitation" AS old LEFT JOIN kohaku_invitation AS i ON i.invitation_id = old."id"
                        LEFT JOIN "user" AS u ON u."id" = old."used_by"
                    """#,
                values: [
                    "parameters": #"coalesce(i.parameters, old."parameters")"#,
                    "created_by_id": #"old."created_by""#,
                    "usage_count": #"coalesce(old."usage_count", 0)"#,
                    "used_by_id": #"u."id""#,
                ])
        ]
    )

    // MARK: repository, and what belongs to it

    static let repository = TableRewrite(
        "repository",
        columns: #"""
            "id" {id}
            "repo_type" VARCHAR(255) NOT NULL
            "namespace" VARCHAR(255) NOT NULL
            "name" VARCHAR(255) NOT NULL
            "full_id" VARCHAR(255) NOT NULL
            "private" {boolean} NOT NULL
            "owner_id" INTEGER NOT NULL
            "quota_bytes" {bigint}
            "used_bytes" {bigint} NOT NULL
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"("owner_id") REFERENCES "user" ("id") ON DELETE CASCADE"#,
        indexes: #"""
            CREATE INDEX "repository_repo_type" ON "repository" ("repo_type")
            CREATE INDEX "repository_namespace" ON "repository" ("namespace")
            CREATE INDEX "repository_name" ON "repository" ("name")
            CREATE INDEX "repository_full_id" ON "repository" ("full_id")
            CREATE INDEX "repository_owner_id" ON "repository" ("owner_id")
            CREATE UNIQUE INDEX "repository_repo_type_namespace_name"
                ON "repository" ("repo_type", "namespace", "name")
            """#,
        changes: ["owner_id", "used_bytes"],
        quarantine: [
            .rows(
                where: #"old."id" IN (SELECT repository_id FROM kohaku_repository WHERE owner_id IS NULL)"#,
                reason: #"""
                    'its owner, user ' || old."owner_id" || ', no longer exists, and nobody is named '
                        || old."namespace"
                    """#,
                summary: "their owner no longer exists, and nobody has the name of their namespace")
        ],
        from: [
            .kept(
                from: #""repository" AS old JOIN kohaku_repository AS r ON r.repository_id = old."id""#,
                values: ["owner_id": "r.owner_id", "used_bytes": #"coalesce(old."used_bytes", 0)"#])
        ]
    )

    /// A file belongs to the only repository of its full id, or to the one the evidence points to, or to each.
    static let file = TableRewrite(
        "file",
        columns: #"""
            "id" {id}
            "repository_id" INTEGER NOT NULL
            "path_in_repo" VARCHAR(255) NOT NULL
            "size" INTEGER NOT NULL
            "sha256" VARCHAR(255) NOT NULL
            "lfs" {boolean} NOT NULL
            "owner_id" INTEGER NOT NULL
            "created_at" {timestamp} NOT NULL
            "updated_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE
            ("owner_id") REFERENCES "user" ("id") ON DELETE CASCADE
            """#,
        indexes: #"""
            CREATE INDEX "file_repository_id" ON "file" ("repository_id")
            CREATE INDEX "file_path_in_repo" ON "file" ("path_in_repo")
            CREATE INDEX "file_sha256" ON "file" ("sha256")
            CREATE INDEX "file_owner_id" ON "file" ("owner_id")
            CREATE UNIQUE INDEX "file_repository_id_path_in_repo" ON "file" ("repository_id", "path_in_repo")
            """#,
        replaces: ["repo_full_id"],
        quarantine: [
            .rows(
                where: #"""
                    old."repo_full_id" NOT IN (SELECT full_id FROM kohaku_sole WHERE owner_id IS NOT NULL)
                        AND old."id" NOT IN (SELECT file_id FROM kohaku_file)
                    """#,
                reason: .withoutRepository,
                summary: "the repository of their full id is gone or goes to quarantine")
        ],
        from: [
            .kept(
                from: #""file" AS old CROSS JOIN kohaku_sole AS r WHERE r.full_id = old."repo_full_id""#,
                values: ["repository_id": "r.repository_id", "owner_id": "r.owner_id"]),
            .kept(
                from: #"""
                    kohaku_file AS p CROSS JOIN "file" AS old
                        WHERE old."id" = p.file_id AND p.copy = 0
                    """#,
                values: ["repository_id": "p.repository_id", "owner_id": "p.owner_id"]),
            .copied(
                from: #"""
                    kohaku_file AS p CROSS JOIN "file" AS old
                        WHERE old."id" = p.file_id AND p.copy > 0
                    """#,
                values: ["id": "p.new_id", "repository_id": "p.repository_id", "owner_id": "p.owner_id"]),
        ]
    )

    static let stagingUpload = TableRewrite(
        "stagingupload",
        columns: #"""
            "id" {id}
            "repository_id" INTEGER NOT NULL
            "repo_type" VARCHAR(255) NOT NULL
            "revision" VARCHAR(255) NOT NULL
            "path_in_repo" VARCHAR(255) NOT NULL
            "sha256" VARCHAR(255) NOT NULL
            "size" INTEGER NOT NULL
            "upload_id" VARCHAR(255)
            "storage_key" VARCHAR(255) NOT NULL
            "lfs" {boolean} NOT NULL
            "uploader_id" INTEGER
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE
            ("uploader_id") REFERENCES "user" ("id") ON DELETE SET NULL
            """#,
        indexes: #"""
            CREATE INDEX "stagingupload_repository_id" ON "stagingupload" ("repository_id")
            CREATE INDEX "stagingupload_repo_type" ON "stagingupload" ("repo_type")
            CREATE INDEX "stagingupload_revision" ON "stagingupload" ("revision")
            CREATE INDEX "stagingupload_uploader_id" ON "stagingupload" ("uploader_id")
            """#,
        replaces: ["repo_full_id"],
        quarantine: [.withoutExactRepository()],
        from: [
            .kept(
                from: #"""
                    "stagingupload" AS old CROSS JOIN kohaku_exact AS r
                        WHERE r.full_id = old."repo_full_id" AND r.repo_type = old."repo_type"
                    """#,
                values: ["repository_id": "r.repository_id", "uploader_id": "NULL"])
        ]
    )

    static let commit = TableRewrite(
        "commit",
        columns: #"""
            "id" {id}
            "commit_id" VARCHAR(255) NOT NULL
            "repository_id" INTEGER NOT NULL
            "repo_type" VARCHAR(255) NOT NULL
            "branch" VARCHAR(255) NOT NULL
            "author_id" INTEGER NOT NULL
            "owner_id" INTEGER NOT NULL
            "username" VARCHAR(255) NOT NULL
            "message" TEXT NOT NULL
            "description" TEXT NOT NULL
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE
            ("author_id") REFERENCES "user" ("id") ON DELETE CASCADE
            ("owner_id") REFERENCES "user" ("id") ON DELETE CASCADE
            """#,
        indexes: #"""
            CREATE INDEX "commit_commit_id" ON "commit" ("commit_id")
            CREATE INDEX "commit_repository_id" ON "commit" ("repository_id")
            CREATE INDEX "commit_repo_type" ON "commit" ("repo_type")
            CREATE INDEX "commit_branch" ON "commit" ("branch")
            CREATE INDEX "commit_author_id" ON "commit" ("author_id")
            CREATE INDEX "commit_owner_id" ON "commit" ("owner_id")
            CREATE INDEX "commit_username" ON "commit" ("username")
            CREATE INDEX "commit_repository_id_branch" ON "commit" ("repository_id", "branch")
            CREATE UNIQUE INDEX "commit_commit_id_repository_id" ON "commit" ("commit_id", "repository_id")
            """#,
        replaces: ["repo_full_id", "user_id"],
        quarantine: [
            .withoutExactRepository(or: #"old."id" IN (SELECT row_id FROM kohaku_adopted_commit)"#),
            .withoutUser("user_id", called: "author"),
        ],
        from: [
            .kept(
                from: #"""
                    "commit" AS old CROSS JOIN kohaku_exact AS r
                        WHERE r.full_id = old."repo_full_id" AND r.repo_type = old."repo_type"
                    """#,
                values: [
                    "repository_id": "r.repository_id", "author_id": #"old."user_id""#, "owner_id": "r.owner_id",
                ]),
            .kept(
                from: #""commit" AS old JOIN kohaku_adopted_commit AS r ON r.row_id = old."id""#,
                values: [
                    "repository_id": "r.repository_id", "author_id": #"old."user_id""#, "owner_id": "r.owner_id",
                ]),
        ]
    )

    static let lfsObjectHistory = TableRewrite(
        "lfsobjecthistory",
        columns: #"""
            "id" {id}
            "repository_id" INTEGER NOT NULL
            "path_in_repo" VARCHAR(255) NOT NULL
            "sha256" VARCHAR(255) NOT NULL
            "size" INTEGER NOT NULL
            "commit_id" VARCHAR(255) NOT NULL
            "file_id" INTEGER
            "created_at" {timestamp} NOT NULL
            """#,
        foreignKeys: #"""
            ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE
            ("file_id") REFERENCES "file" ("id") ON DELETE CASCADE
            """#,
        indexes: #"""
            CREATE INDEX "lfsobjecthistory_repository_id" ON "lfsobjecthistory" ("repository_id")
            CREATE INDEX "lfsobjecthistory_path_in_repo" ON "lfsobjecthistory" ("path_in_repo")
            CREATE INDEX "lfsobjecthistory_sha256" ON "lfsobjecthistory" ("sha256")
            CREATE INDEX "lfsobjecthistory_commit_id" ON "lfsobjecthistory" ("commit_id")
            CREATE INDEX "lfsobjecthistory_file_id" ON "lfsobjecthistory" ("file_id")
            CREATE INDEX "lfsobjecthistory_repository_id_path_in_repo"
                ON "lfsobjecthistory" ("repository_id", "path_in_repo")
            """#,
        replaces: ["repo_full_id"],
        quarantine: [
            .rows(
                where: #"old."id" NOT IN (SELECT history_id FROM kohaku_history)"#,
                reason: .withoutRepository,
                summary: "the repository of their full id is gone or goes to quarantine")
        ],
        from: [
            .kept(
                from: #"""
                    "lfsobjecthistory" AS old JOIN kohaku_history AS p ON p.history_id = old."id"
                        LEFT JOIN "file" AS f
                            ON f."repository_id" = p.repository_id AND f."path_in_repo" = old."path_in_repo"
                    """#,
                values: ["repository_id": "p.repository_id", "file_id": #"f."id""#])
        ]
    )
}
