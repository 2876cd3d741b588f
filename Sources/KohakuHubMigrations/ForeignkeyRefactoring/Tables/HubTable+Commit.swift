import Migrations

extension HubTable {
    static let commit = HubTable(
        name: "commit",
        oldMarker: "repo_full_id",
        addedColumns: ["repository_id", "author_id", "owner_id"],
        placeholder:
            "commit_id TEXT, repo_full_id TEXT, repo_type TEXT, user_id INTEGER, created_at {timestamp}",
        userColumns: ["user_id", "author_id"],
        essentialColumns: ["repo_full_id", "user_id"],
        uniqueColumns: [["commit_id", "repo_full_id"]],
        oldIndexes: [
            ["repo_full_id"], ["repo_full_id", "branch"], ["commit_id", "repo_full_id"], ["user_id"],
        ],
        makeRewrite: {
            TableRewrite(
                $0,
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
                        except:
                            #"EXISTS (SELECT 1 FROM kohaku_adopted_commit AS adopted WHERE adopted.row_id = old."id")"#),
                    .withoutUser("user_id", called: "author"),
                ],
                from: [
                    .kept(
                        from: #"""
                            "commit" AS old CROSS JOIN kohaku_exact AS exact
                                WHERE exact.full_id = old."repo_full_id" AND exact.repo_type = old."repo_type"
                            """#, values: placing(by: "exact")),
                    .kept(
                        from: #""commit" AS old JOIN kohaku_adopted_commit AS adopted ON adopted.row_id = old."id""#,
                        values: placing(by: "adopted")),
                ]
            )
        }
    )

    private static func placing(by alias: String) -> [String: String] {
        ["repository_id": "\(alias).repository_id", "author_id": #"old."user_id""#, "owner_id": "\(alias).owner_id"]
    }
}
