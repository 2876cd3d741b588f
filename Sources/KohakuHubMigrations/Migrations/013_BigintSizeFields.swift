public import Migrations

/// Lets files be larger than 2 GiB. SQLite's integers always had 64 bits, so only PostgreSQL has to change its columns.
public struct BigintSizeFields: Migration {
    /// On SQLite, the signature of the previous version: as nothing changes there, nothing else can be checked.
    private static let onSQLite = Signature.all([.table("fallbacksource"), .nullable("invitation", "created_by_id")])

    private static let onPostgreSQL = Signature.all([
        .type("file", "size", "bigint"), .type("stagingupload", "size", "bigint"),
        .type("lfsobjecthistory", "size", "bigint"),
    ])

    public let signature = Signature.dialect(sqlite: onSQLite, postgresql: onPostgreSQL)

    public let canBePresentEarly = true

    private static let tables = ["file", "stagingupload", "lfsobjecthistory"]

    public func check(_ context: MigrationContext) throws -> [Finding] {
        let changing = Self.tables.filter { context.schema.column($0, "size")?.type == "integer" }
        let finding = try context.dependentsInTheWay(of: changing.map { ($0, ["size"]) }) {
            "\($0.counted("object prevents", plural: "objects prevent")) a change of the type of a size column."
        }
        return [finding].compactMap { $0 }
    }

    public func migrate(_ context: MigrationContext) throws {
        for table in Self.tables {
            // A nullable column of a damaged table is not this migration's concern.
            let isNullable = context.schema.column(table, "size")?.isNullable == true
            try context.alterTable(table, columns: #""size" {bigint}"# + (isNullable ? "" : " NOT NULL"))
        }
        // The application created this table at startup, without a migration, between 012 and 013.
        try context.createTable(
            "fallbacksource",
            #"""
            CREATE TABLE "fallbacksource" (
                "id" {id},
                "namespace" VARCHAR(255) NOT NULL,
                "url" VARCHAR(255) NOT NULL,
                "token" VARCHAR(255),
                "priority" INTEGER NOT NULL,
                "name" VARCHAR(255) NOT NULL,
                "source_type" VARCHAR(255) NOT NULL,
                "enabled" {boolean} NOT NULL,
                "created_at" {timestamp} NOT NULL,
                "updated_at" {timestamp} NOT NULL
            );
            CREATE INDEX "fallbacksource_enabled" ON "fallbacksource" ("enabled");
            CREATE INDEX "fallbacksource_namespace" ON "fallbacksource" ("namespace");
            CREATE INDEX "fallbacksource_priority" ON "fallbacksource" ("priority");
            CREATE INDEX "fallbacksource_enabled_priority" ON "fallbacksource" ("enabled", "priority");
            CREATE INDEX "fallbacksource_namespace_priority" ON "fallbacksource" ("namespace", "priority")
            """#)
    }
}
