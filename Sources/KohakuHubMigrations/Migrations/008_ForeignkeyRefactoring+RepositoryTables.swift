import Migrations

/// The new tables of repositories, and of what belongs to one.
extension ForeignkeyRefactoring {
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
                where: .isOwnerless(#"old."id""#),
                reason: #"""
                    'its owner, user ' || coalesce(CAST(old."owner_id" AS TEXT), 'NULL') || ', no longer exists, and nobody is named '
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
        changes: ["repository_id", "owner_id"],
        quarantine: [
            .rows(
                where: #"""
                    NOT EXISTS (
                        SELECT 1 FROM kohaku_sole AS r
                        WHERE r.full_id = old."repo_full_id" AND r.owner_id IS NOT NULL)
                        AND NOT EXISTS (SELECT 1 FROM kohaku_file AS p WHERE p.file_id = old."id")
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
        changes: ["repository_id", "uploader_id"],
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
        changes: ["repository_id", "author_id", "owner_id"],
        quarantine: [
            .withoutExactRepository(
                or: #"EXISTS (SELECT 1 FROM kohaku_adopted_commit AS a WHERE a.row_id = old."id")"#),
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
        changes: ["repository_id", "file_id"],
        quarantine: [
            .rows(
                where: #"NOT EXISTS (SELECT 1 FROM kohaku_history AS p WHERE p.history_id = old."id")"#,
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
