import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// A real v7 database, changed by some SQL, and what migration 008 made of it.
struct Refactored {
    var before: DatabaseContents
    var after: DatabaseContents
    var report: RunReport
    var findings: [Finding] = []

    /// - Parameter arranging: SQL that makes the situation which a rule is about.
    init(_ backend: TestBackend, arranging sql: String = "") throws {
        self = try Self.migrating(backend, arranging: sql) { before, connection in
            var findings: [Finding] = []
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                emit: { event in
                    if case .found(let finding) = event { findings.append(finding) }
                })
            let report = try runner.run(to: .upTo(8))
            return Refactored(
                before: before, after: try DatabaseContents(of: connection), report: report, findings: findings)
        }
    }

    private init(before: DatabaseContents, after: DatabaseContents, report: RunReport, findings: [Finding]) {
        self.before = before
        self.after = after
        self.report = report
        self.findings = findings
    }

    /// Hands over the arranged database before anything is migrated.
    static func migrating<Result>(
        _ backend: TestBackend, arranging sql: String,
        _ body: (DatabaseContents, any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(sql)
            return try body(DatabaseContents(of: connection), connection)
        }
    }

    /// The only user or organization of this name.
    func user(_ name: String) -> DatabaseContents.Row? {
        after["user"].first { $0["username"]?.text == name }
    }

    /// The row of a table, by its id.
    func row(_ id: Int64, of table: String) -> DatabaseContents.Row? {
        after[table].first { $0.id == id }
    }

    /// The ids of a table's rows in quarantine.
    func quarantinedIDs(_ table: String) -> Set<Int64> {
        Set(after.quarantined(from: table).map(\.sourceID))
    }

    /// The ids of the rows of v7 that meet a condition.
    func ids(_ table: String, where condition: (DatabaseContents.Row) -> Bool) -> Set<Int64> {
        Set(before[table].filter(condition).map(\.id))
    }
}
