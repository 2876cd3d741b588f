import Migrations
import MigrationsTesting

/// A database with a small catalogue of the test's own: the table `t`, and a column `cN` for each migration.
struct TestRun {
    var database: TestDatabase
    var connection: any DatabaseConnection
    var catalogue: Catalogue

    /// - Parameters:
    ///   - columns: Which of the columns `cN` the table has already; `nil` for a fresh database.
    ///   - migrations: Three ordinary ones unless told otherwise.
    static func on<Result>(
        _ backend: TestBackend, columns: [Int]?, _ migrations: [TestMigration] = (1...3).map(TestMigration.adding),
        _ body: (TestRun) throws -> Result
    ) throws -> Result {
        try backend.withDatabase { database in
            let connection = try database.connect()
            if let columns {
                let list = columns.map { ", \"c\($0)\" INTEGER" }.joined()
                try connection.execute(
                    connection.dialect.spelling(
                        "CREATE TABLE \"t\" (\"id\" {id}\(list)); INSERT INTO \"t\" DEFAULT VALUES"))
            }
            return try body(
                TestRun(database: database, connection: connection, catalogue: catalogue(migrations)))
        }
    }

    private static func catalogue(_ migrations: [TestMigration]) -> Catalogue {
        let columns = migrations.indices.map { TableDefinition.Column.optional("c\($0 + 1)", .integer) }
        return Catalogue(
            migrations: migrations.named, canonicalTables: [TableDefinition("t", columns: [.id] + columns)],
            rootTable: "t", vocabulary: Vocabulary(consent: "run with --yes"))
    }

    /// Which of the columns `cN` the table has now; `nil` when there is no table.
    func columns() throws -> [Int]? {
        try connection.readSchema().tables["t"]?.columns.compactMap { Int($0.name.dropFirst()) }
    }

    func runner(
        consent: @escaping (String, String) throws -> Bool = { _, _ in true },
        emit: @escaping (MigrationEvent) -> Void = { _ in }
    ) -> Runner {
        Runner(catalogue: catalogue, connection: connection, consent: consent, emit: emit)
    }

    /// Runs to the newest migration, and tells what was executed.
    func counted() throws -> (report: RunReport, statements: [String]) {
        var statements: [String] = []
        connection.onStatement = { statements.append($0) }
        defer { connection.onStatement = nil }
        let report = try runner().run(to: .newest)
        return (report, statements)
    }
}

extension Runner {
    /// Runs beside a process that leads, as where nobody can lead.
    func runWithoutLead(to target: Target) throws -> RunReport { try execute(plan(for: .run(to: target))) }
}

extension [String] {
    /// How many transactions these statements commit.
    var commits: Int { count { $0 == "COMMIT" } }
}
