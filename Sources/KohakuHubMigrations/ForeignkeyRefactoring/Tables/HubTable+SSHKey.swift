import Migrations

extension HubTable {
    static let sshKey = HubTable(
        name: "sshkey",
        userColumns: ["user_id"],
        uniqueColumns: [["fingerprint"]],
        makeRewrite: {
            TableRewrite(
                $0,
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
        }
    )
}
