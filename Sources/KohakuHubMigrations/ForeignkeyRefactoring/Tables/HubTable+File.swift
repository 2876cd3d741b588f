import Migrations

extension HubTable {
    /// A file belongs to the only repository of its full id, or to the one the evidence points to, or to each.
    static let file = HubTable(
        name: "file",
        oldMarker: "repo_full_id",
        addedColumns: ["repository_id", "owner_id"],
        placeholder: "repo_full_id TEXT, path_in_repo TEXT, sha256 TEXT, lfs {boolean}, updated_at {timestamp}",
        essentialColumns: ["repo_full_id"],
        uniqueColumns: [["repo_full_id", "path_in_repo"]],
        oldIndexes: [["repo_full_id"], ["repo_full_id", "path_in_repo"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
                    .withoutRepository(
                        where: #"""
                            NOT EXISTS (
                                SELECT 1 FROM kohaku_sole AS sole
                                WHERE sole.full_id = old."repo_full_id" AND sole.owner_id IS NOT NULL)
                                AND NOT EXISTS (SELECT 1 FROM kohaku_file AS placed WHERE placed.file_id = old."id")
                            """#)
                ],
                from: [
                    .kept(
                        from: #""file" AS old CROSS JOIN kohaku_sole AS sole WHERE sole.full_id = old."repo_full_id""#,
                        values: ["repository_id": "sole.repository_id", "owner_id": "sole.owner_id"]),
                    .kept(
                        from: #"""
                            kohaku_file AS placed CROSS JOIN "file" AS old
                                WHERE old."id" = placed.file_id AND placed.copy = 0
                            """#,
                        values: ["repository_id": "placed.repository_id", "owner_id": "placed.owner_id"]),
                    .copied(
                        from: #"""
                            kohaku_file AS placed CROSS JOIN "file" AS old
                                WHERE old."id" = placed.file_id AND placed.copy > 0
                            """#,
                        values: [
                            "id": "placed.new_id", "repository_id": "placed.repository_id",
                            "owner_id": "placed.owner_id",
                        ]),
                ]
            )
        }
    )
}
