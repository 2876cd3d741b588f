import Migrations

extension HubTable {
    static let lfsObjectHistory = HubTable(
        name: "lfsobjecthistory",
        oldMarker: "repo_full_id",
        addedColumns: ["repository_id", "file_id"],
        placeholder: "repo_full_id TEXT, path_in_repo TEXT, sha256 TEXT, commit_id TEXT",
        essentialColumns: ["repo_full_id"],
        oldIndexes: [["repo_full_id"], ["repo_full_id", "path_in_repo"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
                    .withoutRepository(
                        where: #"""
                            EXISTS (SELECT 1 FROM kohaku_loose AS loose WHERE loose.history_id = old."id")
                                AND NOT EXISTS (SELECT 1 FROM kohaku_history AS placed WHERE placed.history_id = old."id")
                            """#)
                ],
                from: [
                    linkedToFile(
                        #""lfsobjecthistory" AS old CROSS JOIN kohaku_sole AS sole"#, by: "sole",
                        where: #"""
                            sole.full_id = old."repo_full_id"
                                AND NOT EXISTS (SELECT 1 FROM kohaku_loose AS loose WHERE loose.history_id = old."id")
                            """#),
                    linkedToFile(
                        #"kohaku_history AS placed CROSS JOIN "lfsobjecthistory" AS old"#, by: "placed",
                        where: #"old."id" = placed.history_id"#),
                ]
            )
        }
    )

    /// Rows with the repository that an alias knows, each linked to the file of its path there.
    private static func linkedToFile(_ rows: String, by alias: String, where condition: String) -> TableRewrite.Source {
        .kept(
            from: #"""
                \#(rows) LEFT JOIN "file" AS file
                    ON file."repository_id" = \#(alias).repository_id AND file."path_in_repo" = old."path_in_repo"
                WHERE \#(condition)
                """#,
            values: ["repository_id": "\(alias).repository_id", "file_id": #"file."id""#])
    }
}
