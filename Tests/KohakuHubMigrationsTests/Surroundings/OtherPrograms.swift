import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Tables and indexes that need what another program registers with SQLite: a collation, or a module of virtual tables.
@Suite("What only another program can read")
struct OtherPrograms {
    /// Hands over a hub in whose file such things are; SQLite makes none that it does not know.
    private func withHub(_ changes: String..., body: (any DatabaseConnection) throws -> Void) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            for change in changes { try connection.execute(change) }
            try connection.execute(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'RTRIM', 'mine') WHERE sql LIKE '%RTRIM%';
                PRAGMA writable_schema = OFF
                """)
            try body(try database.connect())
        }
    }

    @Test("is left alone in the operator's own tables")
    func ownTables() throws {
        try withHub(
            "CREATE TABLE own (n TEXT COLLATE RTRIM); CREATE INDEX own_n ON own (n); INSERT INTO own VALUES ('x')",
            """
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
            VALUES ('table', 'words', 'words', 0, 'CREATE VIRTUAL TABLE words USING nobodys(n)');
            PRAGMA writable_schema = OFF
            """
        ) { connection in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let report = try runner.run(to: .newest)
            #expect(report.version == Upgrade.newest)
            #expect(Set(report.mentioned.map(\.table)).isSuperset(of: ["own", "words"]))
            #expect(try connection.countRows(in: "own") == 1)
            let tables = try connection.query(
                "SELECT name FROM sqlite_schema WHERE name IN ('own_n', 'words') ORDER BY 1")
            #expect(tables.map(\.values) == [["own_n"], ["words"]])
            // A repair rebuilds the indexes of the hub's tables, and no others.
            try connection.execute("DROP INDEX session_user_id")
            #expect(try runner.repair().reconciled.map(\.table) == ["session"])
        }
    }

    @Test("is named in a table of the hub, before anything changes")
    func hubTables() throws {
        try withHub("CREATE INDEX own_name ON token (name COLLATE RTRIM)") { connection in
            let before = try connection.readSchema()
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.table) == ["token"])
            #expect(error.findings.first?.message.contains("no such collation sequence: mine") == true)
            #expect(try connection.readSchema() == before)
            try connection.execute("DROP INDEX own_name")
            #expect(
                try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest).version == Upgrade.newest)
        }
    }
}
