import Migrations

extension HubTable {
    static let repository = HubTable(
        name: "repository",
        userColumns: ["owner_id"],
        ownsRows: true,
        uniqueColumns: [["repo_type", "namespace", "name"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
                        summary: "the owner no longer exists, and nobody has the name of the namespace")
                ],
                from: [
                    .kept(
                        from: #""repository" AS old JOIN kohaku_repository AS owned ON owned.repository_id = old."id""#,
                        values: ["owner_id": "owned.owner_id", "used_bytes": #"coalesce(old."used_bytes", 0)"#])
                ]
            )
        }
    )
}
