import Migrations

extension HubTable {
    static let emailVerification = HubTable(
        name: "emailverification",
        oldMarker: "user",
        addedColumns: ["user_id"],
        userColumns: ["user", "user_id"],
        essentialColumns: ["user"],
        uniqueColumns: [["token"]],
        oldIndexes: [["user"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
        }
    )
}
