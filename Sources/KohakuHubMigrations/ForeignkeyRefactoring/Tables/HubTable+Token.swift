import Migrations

extension HubTable {
    static let token = HubTable(
        name: "token",
        userColumns: ["user_id"],
        uniqueColumns: [["token_hash"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
        }
    )
}
