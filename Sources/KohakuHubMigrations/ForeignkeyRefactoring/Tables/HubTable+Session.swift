import Migrations

extension HubTable {
    static let session = HubTable(
        name: "session",
        userColumns: ["user_id"],
        uniqueColumns: [["session_id"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
        }
    )
}
