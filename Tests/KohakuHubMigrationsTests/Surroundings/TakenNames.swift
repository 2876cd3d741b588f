import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A name that a migration needs and something else has")
struct TakenNames {
    @Test("is told before anything changes: a view's", arguments: TestBackend.allCases)
    func view(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute("CREATE VIEW fallbacksource AS SELECT 2 AS id")
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["name_taken"])
            #expect(error.findings.first?.examples == ["view fallbacksource"])
            #expect(try DatabaseContents(of: connection) == before)
            try connection.execute("DROP VIEW fallbacksource")
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
        }
    }

    @Test("is told with the statements that give it back: a table's in other letter case", arguments: ["v07", "v15"])
    func letterCase(_ version: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            let tokens = try connection.countRows(in: "token")
            try connection.execute(#"ALTER TABLE token RENAME TO t1; ALTER TABLE t1 RENAME TO "Token""#)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.findings.map(\.code) == ["name_taken"])
            for statements in error.findings.flatMap(\.examples) { try connection.execute(statements) }
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
            let after = try DatabaseContents(of: connection)
            let quarantined = after["kohaku_quarantine"].count { $0["source_table"] == "token" }
            #expect(Int64(after["token"].count + quarantined) == tokens)
        }
    }

    @Test("is none beside ids of 64 bits: SQLite has room for organizations above them")
    func bigIDs() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                "INSERT INTO token (user_id, token_hash, name, created_at) VALUES (3000000000, 'x', 'x', '2025-01-01')")
            let before = try DatabaseContents(of: connection)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(after["user"].count == before["user"].count + before["organization"].count)
            #expect(try connection.integer(#"SELECT min("id") FROM "user" WHERE "is_org" = 1"#) > 3_000_000_000)
        }
    }
}
