import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A connection that is open while a migration runs")
struct OpenConnections {
    @Test("knows the new definition afterwards", arguments: TestBackend.allCases)
    func invitations(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v11").load(into: database)
            let hub = try database.connect()
            let insert = #"""
                INSERT INTO "invitation" ("id", "token", "action", "parameters", "created_by_id", "expires_at", "usage_count",
                    "created_at")
                VALUES (900, 'late', 'join_org', '{}', NULL, '2027-01-01 00:00:00', 0, '2026-01-01 00:00:00')
                """#
            let error = try thrownError(DatabaseError.self) { try hub.execute(insert) }
            #expect(error.kind == .constraint)
            let runner = Runner(catalogue: .kohakuHub, connection: try database.connect())
            #expect(try runner.run(to: .only(12)).migrations.map(\.migration.number) == [12])
            try hub.execute(insert)
            #expect(try hub.integer(#"SELECT count(*) FROM "invitation" WHERE "id" = 900"#) == 1)
        }
    }

    @Test("on SQLite can tell every edit of a definition by the schema's version")
    func version() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "n" INTEGER NOT NULL)"#)
            let version = try connection.integer("PRAGMA schema_version")
            let alteration = TableAlteration(table: "t", columns: [ColumnDefinition(#""n" INTEGER"#)])
            try connection.withMigrationTransaction { try connection.alter(alteration) }
            #expect(try connection.integer("PRAGMA schema_version") == version + 1)
            try connection.withMigrationTransaction(isDryRun: true) { try connection.alter(alteration) }
            #expect(try connection.integer("PRAGMA schema_version") == version + 1)
            #expect(try connection.integer("PRAGMA writable_schema") == 0)
        }
    }
}
