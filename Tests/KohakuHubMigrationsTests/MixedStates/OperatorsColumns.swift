import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Columns that an operator added to the hub's tables, with names and types of his own.
@Suite("A column of the operator's")
struct OperatorsColumns {
    private static let name = "note {id} {boolean}"

    /// The columns with their types, and what a row holds in them.
    private static func columns(_ backend: TestBackend) -> [(name: String, type: String, value: String)] {
        let plain = [
            (name, "TEXT DEFAULT '{timestamp}'", "'it''s {blob}'"), ("ratio", "DOUBLE PRECISION", "0.1"),
            ("big", backend == .sqlite ? "INTEGER" : "BIGINT", "9007199254740993"),
        ]
        guard backend == .postgresql else { return plain }
        return plain + [
            ("data", "jsonb", #"'{"a": {"b": [1, 2]}, "c": null}'"#), ("raw", "json", "'[1,  2]'"),
            ("tags", "text[]", #"'{a,"b c",NULL}'"#), ("sizes", "bigint[]", "'{{1,2},{3,4}}'"),
            ("price", "numeric(40,10)", "123456789012345678901234567.0000000001"), ("span", "int4range", "'[1,5)'"),
            ("key", "uuid", "'00000000-0000-0000-0000-00000000000a'"), ("wait", "interval", "'1 day 02:00'"),
            ("day", "date", "'2026-01-02'"), ("at", "timestamptz", "'2026-01-02 03:04:05+00'"),
        ]
    }

    @Test("is whole again when its row comes back from quarantine", arguments: TestBackend.allCases)
    func released(_ backend: TestBackend) throws {
        let columns = Self.columns(backend)
        let additions = columns.map { "ALTER TABLE token ADD COLUMN \($0.name.quotedIdentifier) \($0.type);" }
        let assignments = columns.map { "\($0.name.quotedIdentifier) = \($0.value)" }
        try backend.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            try connection.execute(additions.joined())
            try connection.execute("UPDATE token SET \(assignments.joined(separator: ", "))")
            let look = #"SELECT * FROM "token" ORDER BY "id""#
            let before = try connection.query(look)

            try connection.withMigrationTransaction {
                let context = MigrationContext(
                    connection: connection, schema: try connection.readSchema(), number: 15, quarantine: .kohakuHub)
                let token = try #require(context.schema.tables["token"])
                let rule = QuarantineRule.rows(where: "true", reason: "'a test'", summary: "a test")
                #expect(try context.quarantine(from: token, rules: [rule]) == Int64(before.count))
            }
            #expect(try connection.countRows(in: "token") == 0)
            #expect(try QuarantineRelease.release(nil, of: connection).count == before.count)
            #expect(try connection.query(look) == before)
        }
    }

    @Test("keeps its name and values when its table is rewritten", arguments: TestBackend.allCases)
    func rewritten(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                #"""
                ALTER TABLE "token" ADD COLUMN \#(Self.name.quotedIdentifier) TEXT DEFAULT '{timestamp}';
                UPDATE "token" SET \#(Self.name.quotedIdentifier) = '{blob} ' || "id" WHERE "id" % 2 = 0
                """#)
            let look = #"SELECT "id", \#(Self.name.quotedIdentifier) FROM "token" ORDER BY "id""#
            let before = try connection.query(look)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let kept = try connection.query(look)
            #expect(!kept.isEmpty && kept.allSatisfy(before.contains))
            let column = try #require(
                try connection.readSchema().column("token", Self.name))
            #expect(column.defaultValue?.hasPrefix("'{timestamp}'") == true)
        }
    }

    @Test("and his tables are not counted for a plan", arguments: TestBackend.allCases)
    func counted(_ backend: TestBackend) throws {
        let sql = #"CREATE TABLE "log" ("id" INTEGER PRIMARY KEY)"#
        try DamagedHub(backend: backend, fixture: "v07", damage: sql).open { connection, _ in
            let preview = try Runner(catalogue: .kohakuHub, connection: connection)
                .plan(for: .run(to: .newest))
            let tables = preview.rows.map(\.table)
            #expect(!tables.contains("log"))
            #expect(tables.contains("organization") && tables.contains("file"))
        }
    }
}
