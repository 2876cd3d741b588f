import Migrations

extension HubTable {
    static let stagingUpload = HubTable(
        name: "stagingupload",
        oldMarker: "repo_full_id",
        addedColumns: ["repository_id", "uploader_id"],
        valuesIfAdded: [
            "uploader_id":
                #"(SELECT named.user_id FROM kohaku_user AS named WHERE named.user_id = old."uploader_id")"#
        ],
        placeholder: "repo_full_id TEXT, repo_type TEXT, path_in_repo TEXT, sha256 TEXT",
        essentialColumns: ["repo_full_id"],
        oldIndexes: [["repo_full_id"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
                            "stagingupload" AS old CROSS JOIN kohaku_exact AS exact
                                WHERE exact.full_id = old."repo_full_id" AND exact.repo_type = old."repo_type"
                            """#,
                        values: ["repository_id": "exact.repository_id", "uploader_id": "NULL"])
                ]
            )
        }
    )
}
