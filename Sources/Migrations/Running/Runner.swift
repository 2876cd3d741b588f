/// Runs a catalogue's migrations on a database.
///
/// ```swift
/// let runner = Runner(catalogue: .kohakuHub, connection: connection)
/// let report = try runner.run(to: .newest)
/// ```
public struct Runner {
    /// The migrations.
    public let catalogue: Catalogue
    /// The database.
    public let connection: any DatabaseConnection
    /// Asks for consent: what wants it, and the question. It is called before any change.
    public var consent: (String, String) throws -> Bool
    /// Receives what happens.
    public var emit: (MigrationEvent) -> Void
    /// How many examples a finding holds at most; its count is exact. They are held in memory.
    public var exampleLimit: Int

    /// Creates a runner that agrees to everything and tells nothing.
    public init(
        catalogue: Catalogue,
        connection: any DatabaseConnection,
        consent: @escaping (String, String) throws -> Bool = { _, _ in true },
        emit: @escaping (MigrationEvent) -> Void = { _ in },
        exampleLimit: Int = 5
    ) {
        self.catalogue = catalogue
        self.connection = connection
        self.consent = consent
        self.emit = emit
        self.exampleLimit = exampleLimit
    }

    /// Runs the pending migrations of a target in order, each in a transaction of its own, then mends what differs from the
    /// canonical schema when the newest is reached. A fresh database gets it at once.
    /// - Throws: ``MigrationError``, with what was committed before it; the migration that failed is rolled back whole.
    public func run(to target: Target) throws -> RunReport {
        try reporting { report in
            let look = try look(&report, target: target)
            if isFresh(look.schema) {
                // Another process may be faster.
                guard try !create(&report, target: target) else { return }
                try migrate(&report, from: self.look(&report, target: target))
            } else {
                try migrate(&report, from: look)
            }
        }
    }

    func reporting(_ body: (inout RunReport) throws -> Void) throws -> RunReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = RunReport()
        do {
            try body(&report)
        } catch {
            var error = Self.named(error)
            error.committed = report.migrations.map(\.migration.title)
            throw error
        }
        report.duration = clock.now - start
        return report
    }

    /// Gives a fresh database the canonical schema.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/schemaDiffers`` when it is not fresh.
    public func initialize() throws -> RunReport {
        let schema = try catalogue.reading(connection) { $0 }
        guard isFresh(schema) else {
            try requireOurs(schema)
            try catalogue.requireWhole(Plan(catalogue.migrations, on: schema).pending, on: schema)
            throw MigrationError(
                .schemaDiffers,
                "the database is not empty: it has \(schema.tables.count) tables",
                nextStep: "'init' is for a fresh database. To upgrade this one: kohaku-migrate run")
        }
        return try run(to: .newest)
    }

    func isFresh(_ schema: Schema) -> Bool {
        schema.tables.isEmpty && !catalogue.canonicalTables.isEmpty
    }

    /// Refuses a database of something else.
    public func requireOurs(_ schema: Schema) throws {
        guard catalogue.isForeign(schema) else { return }
        let names = schema.tables.keys.sorted()
        let list = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        throw MigrationError(
            .schemaDiffers,
            "this is not a hub's database: it has no table \"\(catalogue.rootTable)\", but \(names.count) others (\(list))",
            nextStep: "Check the database URL. A new hub needs an empty database of its own. Nothing was changed.")
    }

    /// Creates the canonical schema.
    /// - Returns: Whether the database still was fresh: another process may have been faster.
    private func create(_ report: inout RunReport, target: Target) throws -> Bool {
        try catalogue.requireNewest(target)
        emit(.creating(tables: catalogue.canonicalTables.count))
        report.wasFresh = try withStopsNamed("creating the schema") {
            try connection.withMigrationTransaction(locking: catalogue.tables) {
                guard try isFresh(connection.readSchema()) else { return false }
                for table in catalogue.canonicalTables {
                    for statement in table.statements(connection.dialect) { try connection.execute(statement) }
                }
                return true
            }
        }
        if report.wasFresh { try compare(&report, catalogue.reading(connection) { $0 }) }
        return report.wasFresh
    }

    /// Looks at everything that can stop a run, before anything changes.
    /// - Returns: The schema, and the migrations that will run.
    private func look(
        _ report: inout RunReport, target: Target
    ) throws -> (schema: Schema, pending: [RegisteredMigration]) {
        try connection.withReadTransaction(of: catalogue.tables) {
            let schema = try withStopsNamed("reading the schema") { try connection.readSchema() }
            guard !isFresh(schema) else {
                if let stop = MigrationError(stoppingFor: try [takenNames(on: schema)].compactMap { $0 }) { throw stop }
                return (schema, [])
            }
            try requireOurs(schema)
            let plan = Plan(catalogue.migrations, on: schema)
            for warning in plan.warnings { emit(.warning(warning)) }
            report.version = plan.version
            try catalogue.requireWhole(plan.pending, on: schema)
            let pending = try plan.pending(for: target)
            emit(.planned(plan, pending: pending))
            try requireUndamaged(pending, on: schema)
            try checkData(pending, of: plan, schema: schema)
            try requirePassable(pending, of: plan, on: schema)
            return (schema, pending)
        }
    }

    private func migrate(
        _ report: inout RunReport, from look: (schema: Schema, pending: [RegisteredMigration])
    ) throws {
        let pending = look.pending
        for migration in pending {
            guard let question = migration.migration.consent else { continue }
            try ask("migration \(migration.title)", question, migration: migration)
        }
        for migration in pending {
            if let done = try run(migration) { report.migrations.append(done) }
            report.version = migration.number
        }
        if report.version == catalogue.newest, !catalogue.canonicalTables.isEmpty {
            let isAgreed = pending.contains { $0.migration.consent != nil }
            var schema = try pending.isEmpty ? look.schema : catalogue.reading(connection) { $0 }
            if try mend(&report, schema, isAgreed: isAgreed) { schema = try catalogue.reading(connection) { $0 } }
            try compare(&report, schema)
            if !report.isUnchanged, !isAgreed { try warnOfBrokenReferences() }
        } else {
            report.quarantined = try catalogue.reading(connection) { try Quarantine.count(in: connection, on: $0) }
        }
    }

    func ask(
        _ subject: String, _ question: String, migration: RegisteredMigration? = nil, isUnchanged: Bool = true
    ) throws {
        let state = isUnchanged ? "Nothing was changed." : "Nothing of this was changed."
        guard try consent(subject, question) else {
            throw MigrationError(
                .consentRequired,
                "\(subject) needs your consent: \(question)",
                migration: migration?.title,
                nextStep: "\(state) To agree, run with --yes or set KOHAKU_HUB_AUTO_MIGRATE=true.")
        }
    }

    /// Runs one migration in its transaction, unless another process went on in the meantime. Its check is made again now that
    /// nobody else writes: what it allowed may have changed since.
    private func run(_ migration: RegisteredMigration) throws -> MigrationReport? {
        emit(.started(migration))
        let clock = ContinuousClock()
        let start = clock.now
        let tables: [TableReport]? = try withStopsNamed(migration.title) {
            try connection.withMigrationTransaction(locking: catalogue.tables) {
                let schema = try connection.readSchema()
                let pending = Plan(catalogue.migrations, on: schema).pending
                guard pending.contains(where: { $0.number == migration.number }) else { return nil }
                try requireAllowed(migration, on: schema)
                return try perform(migration, on: schema)
            }
        }
        guard let tables else {
            emit(.overtaken(migration))
            return nil
        }
        let report = MigrationReport(migration: migration, tables: tables, duration: clock.now - start)
        emit(.finished(report))
        return report
    }

    /// Whether a migration's own signature holds; one that throws does not.
    func isPresent(_ migration: RegisteredMigration, on schema: Schema) -> Bool {
        (try? migration.migration.signature.holds(on: schema)) ?? false
    }

    /// Runs one migration inside the present transaction, and checks that its signature holds then.
    func perform(_ migration: RegisteredMigration, on schema: Schema) throws -> [TableReport] {
        let context = MigrationContext(connection: connection, schema: schema, number: migration.number, emit: emit)
        try context.dropConstantIndexes(of: catalogue)
        try migration.migration.migrate(context)
        try context.refreshSchema()
        guard try migration.migration.signature.holds(on: context.schema) else {
            throw MigrationError(
                .failed,
                "it ran, but its signature does not hold: "
                    + migration.migration.signature.description(connection.dialect),
                nextStep: "It was rolled back whole. Please report this.")
        }
        return context.reports
    }

    /// Gives database errors the name of what was being done, and the code of the stop they mean.
    func withStopsNamed<Result>(_ title: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw Self.named(error, title)
        }
    }

    private static func named(_ error: any Error, _ title: String? = nil) -> MigrationError {
        switch error {
        case var error as MigrationError:
            error.migration = error.migration ?? title
            return error
        case let error as DatabaseError: return MigrationError(error, during: title)
        default: return MigrationError(.failed, "\(error)", migration: title, underlying: error)
        }
    }
}
