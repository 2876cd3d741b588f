public import Migrations

/// Keeps a deleted file as long as its LFS history.
public struct FileSoftDelete: Migration {
    public let signature = Signature.all([
        .column("file", "is_deleted"),
        .foreignKey("lfsobjecthistory", "file_id", to: "file", onDelete: "SET NULL"),
    ])

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""is_deleted" {boolean} NOT NULL"#, backfill: "false", to: "file")
        try context.createIndex(#"CREATE INDEX "file_is_deleted" ON "file" ("is_deleted")"#)
        try context.addColumn(#""file_id" INTEGER"#, to: "lfsobjecthistory")
        // Without the application's foreign key, nothing prevented these.
        try context.execute(
            #"""
            UPDATE "lfsobjecthistory" SET "file_id" = NULL
            WHERE "file_id" IN (
                SELECT h."file_id" FROM "lfsobjecthistory" AS h LEFT JOIN "file" AS f ON f."id" = h."file_id"
                WHERE h."file_id" IS NOT NULL AND f."id" IS NULL)
            """#)
        try context.alterTable(
            "lfsobjecthistory",
            foreignKeys: #"("file_id") REFERENCES "file" ("id") ON DELETE SET NULL"#)
    }
}
