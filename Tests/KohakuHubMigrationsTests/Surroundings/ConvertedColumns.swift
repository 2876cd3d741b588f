import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs on PostgreSQL that came by way of a conversion tool.
@Suite("Columns that a conversion left in other types")
struct ConvertedColumns {
    private func converted(
        _ version: String, _ body: (any DatabaseConnection, _ before: DatabaseContents) throws -> Void
    ) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            let before = try DatabaseContents(of: connection)
            let columns = try connection.query(
                """
                SELECT table_name::text, column_name::text FROM information_schema.columns
                WHERE table_schema = 'public' AND data_type = 'boolean'
                """)
            #expect(columns.count > 3)
            for column in columns {
                let (table, name) = ((column[0].text ?? "").quotedIdentifier, (column[1].text ?? "").quotedIdentifier)
                try connection.execute("ALTER TABLE \(table) ALTER \(name) TYPE bigint USING \(name)::int")
            }
            try body(connection, before)
        }
    }

    private func privacy(_ contents: DatabaseContents) -> [DatabaseValue: DatabaseValue?] {
        Dictionary(grouping: contents["repository"]) { $0["id"] ?? .null }.mapValues { $0[0]["private"] }
    }

    @Test(
        "are named before 008 with the statements that convert them, and keep each value then",
        arguments: ["v00", "v07"])
    func before(_ version: String) throws {
        try converted(version) { connection, before in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["column_type"])
            #expect(error.committed.isEmpty)
            // What it advises.
            for statement in error.findings.flatMap(\.examples) { try connection.execute(statement) }
            _ = try runner.run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(try SchemaLines(of: connection) == SchemaLines(version: Upgrade.newest, backend: .postgresql))
            for (id, value) in privacy(after) { #expect(privacy(before)[id] == value) }
            let gone = after["kohaku_quarantine"].count { $0["source_table"] == "repository" }
            #expect(after["repository"].count + gone == before["repository"].count)
        }
    }

    @Test("are converted after 008, each value kept", arguments: ["v08", "v12", "v15"])
    func after(_ version: String) throws {
        try converted(version) { connection, before in
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(privacy(after) == privacy(before))
            #expect(after["user"].map { $0["is_org"] } == before["user"].map { $0["is_org"] })
        }
    }
}
