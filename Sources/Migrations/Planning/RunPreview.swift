/// What a run would do: the pending migrations, the rows they would work on, and what their data checks find.
public struct RunPreview: Sendable {
    /// Whether the database has no tables, so that a run would create the newest schema.
    public var isFresh = false
    /// The number of the newest migration present.
    public var version = 0
    /// The migrations that would run, with the reason.
    public var pending: [Plan.Entry] = []
    /// The application's tables with their numbers of rows, when something is pending.
    public var rows: [(table: String, count: Int64)] = []
    /// What a run would mend of the newest schema, when nothing is pending.
    public var mending: [SchemaDifference] = []
    /// What the data checks find.
    public var findings: [Finding] = []

    /// Looks at a database without changing it.
    /// - Parameter exampleLimit: How many examples a finding holds at most; its count is exact.
    /// - Throws: ``MigrationError`` when the target makes no sense or the database is something else's.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue, target: Target, exampleLimit: Int = 5)
        throws
    {
        self = try connection.withReadTransaction(of: catalogue.tables) {
            try Self(lookingAt: connection, catalogue: catalogue, target: target, exampleLimit: exampleLimit)
        }
    }

    private init(
        lookingAt connection: any DatabaseConnection, catalogue: Catalogue, target: Target, exampleLimit: Int
    ) throws {
        let inspection = try Inspection(of: connection, catalogue: catalogue)
        let runner = Runner(catalogue: catalogue, connection: connection, exampleLimit: exampleLimit)
        switch inspection.state {
        case .fresh:
            try catalogue.requireNewest(target)
            isFresh = true
            findings = try [runner.takenNames(on: inspection.schema)].compactMap { $0 }
        case .foreign:
            try runner.requireOurs(inspection.schema)
        case .known(let plan):
            version = plan.version
            try catalogue.requireWhole(plan.pending, on: inspection.schema)
            let migrations = try plan.pending(for: target)
            let numbers = Set(migrations.map(\.number))
            pending = plan.entries.filter { numbers.contains($0.migration.number) }
            if version == catalogue.newest {
                mending = catalogue.differences(of: inspection.schema).filter { !$0.isLeftAlone }
            }
            findings = try runner.damage(before: migrations, on: inspection.schema)
            if findings.isEmpty {
                findings = try runner.findings(
                    before: migrations, of: plan, on: inspection.schema
                ).map(\.finding)
            }
            if !findings.contains(where: { $0.severity == .error }) {
                try runner.requirePassable(migrations, of: plan, on: inspection.schema)
            }
            let isDamaged = findings.contains { $0.code == DatabaseDamage.file }
            guard !pending.isEmpty, !isDamaged else { return }
            for table in catalogue.rebuiltTables(by: migrations).sorted()
            where inspection.schema.tables[table] != nil {
                rows.append((table, try connection.countRows(in: table)))
            }
        }
    }
}
