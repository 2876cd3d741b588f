import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// A real hub that somebody changed by SQL, and what a verb then makes of it.
struct DamagedHub {
    struct Outcome {
        var before: DatabaseContents
        var after: DatabaseContents
        var report: RunReport
    }

    var backend: TestBackend
    var fixture = "v15"
    /// The change, in the words of both dialects.
    var damage: String

    enum Verb: CaseIterable {
        case run, repair

        func callAsFunction(_ runner: Runner) throws -> RunReport {
            switch self {
            case .run: try runner.run(to: .newest)
            case .repair: try runner.repair()
            }
        }
    }

    /// Loads the hub and damages it.
    func open<Result>(_ body: (any DatabaseConnection, Runner) throws -> Result) throws -> Result {
        try backend.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            if connection.dialect == .sqlite { try connection.execute("PRAGMA legacy_alter_table = ON") }
            try connection.execute(connection.dialect.spelling(damage))
            return try body(connection, Runner(catalogue: .kohakuHub, connection: connection))
        }
    }

    /// Has it run or repaired: the schema is exact then, and all that `verify` and the database itself check is sound.
    func mended(by verb: Verb) throws -> Outcome {
        try open { connection, runner throws in
            let before = try DatabaseContents(of: connection)
            let report = try verb(runner)
            let expected = try SchemaLines(version: Upgrade.newest, backend: backend)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            #expect(try connection.integrity() == "ok")
            #expect(try runner.repair().isUnchanged)
            return Outcome(before: before, after: try DatabaseContents(of: connection), report: report)
        }
    }

    /// What a verb throws, with nothing changed.
    func stopped(by verb: Verb) throws -> MigrationError {
        try open { connection, runner throws in
            let before = try LogicalDump(of: connection)
            let error = try thrownError(MigrationError.self) { _ = try verb(runner) }
            #expect(try LogicalDump(of: connection).differences(from: before) == [])
            #expect(error.committed.isEmpty)
            return error
        }
    }
}

extension DamagedHub {
    /// Lets a column be NULL, and makes it so in the first row.
    static func emptying(_ table: String, _ column: String, _ backend: TestBackend) -> String {
        let alteration =
            backend == .postgresql
            ? #"ALTER TABLE "\#(table)" ALTER COLUMN "\#(column)" DROP NOT NULL;"#
            : #"""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(
                replace(replace(sql, '"\#(column)" INTEGER NOT NULL', '"\#(column)" INTEGER'),
                    '"\#(column)" DATETIME NOT NULL', '"\#(column)" DATETIME'),
                '"\#(column)" VARCHAR(255) NOT NULL', '"\#(column)" VARCHAR(255)')
            WHERE name = '\#(table)';
            PRAGMA writable_schema = RESET;
            """#
        return alteration
            + #"UPDATE "\#(table)" SET "\#(column)" = NULL WHERE "id" = (SELECT min("id") FROM "\#(table)")"#
    }
}
