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
            let schema = try withStopsNamed("reading the schema") { try connection.readSchema() }
            if isFresh(schema) {
                try create(&report, target: target)
            } else {
                try requireOurs(schema)
                try migrate(&report, schema: schema, target: target)
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
        let schema = try connection.readSchema()
        guard isFresh(schema) else {
            try requireOurs(schema)
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
        guard schema.tables[catalogue.rootTable] == nil, !schema.tables.isEmpty else { return }
        let names = schema.tables.keys.sorted()
        let list = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        throw MigrationError(
            .schemaDiffers,
            "this is not a hub's database: it has no table \"\(catalogue.rootTable)\", but \(names.count) others (\(list))",
            nextStep: "Check the database URL. A new hub needs an empty database of its own. Nothing was changed.")
    }

    private func create(_ report: inout RunReport, target: Target) throws {
        try catalogue.requireNewest(target)
        emit(.creating(tables: catalogue.canonicalTables.count))
        try withStopsNamed("creating the schema") {
            try connection.withMigrationTransaction {
                // Another process may have been faster; its tables are not ours to fill in.
                guard try isFresh(connection.readSchema()) else { return }
                for table in catalogue.canonicalTables {
                    for statement in table.statements(connection.dialect) { try connection.execute(statement) }
                }
            }
        }
        report.wasFresh = true
        try compare(&report)
    }

    private func migrate(_ report: inout RunReport, schema: Schema, target: Target) throws {
        let plan = Plan(catalogue.migrations, on: schema)
        for warning in plan.warnings { emit(.warning(warning)) }
        let pending = try plan.pending(for: target)
        emit(.planned(plan, pending: pending))
        report.version = plan.version

        try catalogue.requireWhole(plan.pending, on: schema)
        try checkData(pending, schema: schema)
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
            try mend(&report, isAgreed: isAgreed)
            try compare(&report)
        }
    }

    func ask(_ subject: String, _ question: String, migration: RegisteredMigration? = nil) throws {
        guard try consent(subject, question) else {
            throw MigrationError(
                .consentRequired,
                "\(subject) needs your consent: \(question)",
                migration: migration?.title,
                nextStep: "Nothing was changed. To agree, run with --yes or set KOHAKU_HUB_AUTO_MIGRATE=true.")
        }
    }

    /// Runs every pending migration's data checks and stops when one needs a decision.
    func checkData(_ pending: [RegisteredMigration], schema: Schema) throws {
        var findings: [Finding] = []
        for migration in pending {
            let context = MigrationContext(
                connection: connection, schema: schema, number: migration.number, exampleLimit: exampleLimit)
            let found = try withStopsNamed(migration.title) {
                try connection.withReadTransaction { try migration.migration.check(context) }
            }
            for finding in found { emit(.found(finding, migration)) }
            findings += found
        }
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw MigrationError(
                .checkFailed,
                "the data needs a decision before it can be migrated:",
                nextStep: "Nothing was changed. Decide the points above, then run again.",
                findings: errors)
        }
    }

    /// Runs one migration in its transaction, unless another process did in the meantime.
    private func run(_ migration: RegisteredMigration) throws -> MigrationReport? {
        emit(.started(migration))
        let clock = ContinuousClock()
        let start = clock.now
        let tables: [TableReport]? = try withStopsNamed(migration.title) {
            try connection.withMigrationTransaction {
                let schema = try connection.readSchema()
                guard !isPresent(migration, on: schema) else { return nil }
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
    private func isPresent(_ migration: RegisteredMigration, on schema: Schema) -> Bool {
        (try? migration.migration.signature.holds(on: schema)) ?? false
    }

    /// Runs, inside the present transaction, every migration whose change is not there.
    func performMissing(_ report: inout RunReport) throws {
        let clock = ContinuousClock()
        for migration in catalogue.migrations {
            let start = clock.now
            let schema = try connection.readSchema()
            guard !isPresent(migration, on: schema) else { continue }
            emit(.started(migration))
            let tables = try perform(migration, on: schema)
            let done = MigrationReport(migration: migration, tables: tables, duration: clock.now - start)
            report.migrations.append(done)
            emit(.finished(done))
        }
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

    /// Mends what differs from the canonical schema where no row has to go for it.
    private func mend(_ report: inout RunReport, isAgreed: Bool) throws {
        let differences = try harmfulDifferences(of: connection.readSchema())
        guard !differences.isEmpty else { return }
        try requireKnown(differences.filter { $0.isUnknown && !$0.isHarmless })
        let alters = differences.contains { $0.kind != .missingTable && $0.kind != .missingIndex }
        if alters, !isAgreed {
            try ask(
                "mending the schema of \(catalogue.newest.paddedToThree)",
                "it differs in \(differences.count) places, and tables are changed. Only a backup leads back.")
        }
        try withStopsNamed("mending the schema") {
            try connection.withMigrationTransaction {
                try performMissing(&report)
                try converge(&report, isRepair: false)
            }
        }
    }

    /// Refuses to touch what a newer application may need.
    func requireKnown(_ unknown: [SchemaDifference]) throws {
        guard !unknown.isEmpty else { return }
        throw MigrationError(
            .schemaDiffers,
            "the schema has parts that this tool does not know (\(unknown.count)):",
            nextStep:
                "Nothing of this was changed. If the hub is newer than this tool, update the tool. If somebody made them "
                + "by hand, remove them.",
            differences: unknown)
    }

    /// Converges inside the present transaction, and tells what that mended.
    func converge(_ report: inout RunReport, isRepair: Bool) throws {
        let schema = try connection.readSchema()
        let context = MigrationContext(connection: connection, schema: schema, number: catalogue.newest, emit: emit)
        try Convergence(context, catalogue: catalogue, isRepair: isRepair).run()
        report.mended = harmfulDifferences(of: schema)
        report.mendedTables = context.reports
        for difference in report.mended { emit(.mended(difference)) }
    }

    func harmfulDifferences(of schema: Schema) -> [SchemaDifference] {
        catalogue.differences(of: schema).filter { !$0.isOperatorsOwn }
    }

    /// Compares the result with the canonical schema.
    func compare(_ report: inout RunReport) throws {
        let schema = try connection.readSchema()
        report.version = Plan(catalogue.migrations, on: schema).version
        report.mentioned = catalogue.differences(of: schema).filter(\.isOperatorsOwn)
        for difference in report.mentioned { emit(.mentioned(difference)) }
        let harmful = harmfulDifferences(of: schema)
        guard harmful.isEmpty else {
            throw MigrationError(
                .schemaDiffers,
                "the schema is not that of \(catalogue.newest.paddedToThree) (differences: \(harmful.count)):",
                nextStep:
                    "No row is lost. See all of it with: kohaku-migrate verify. If the hub is newer than this tool, "
                    + "update the tool.",
                differences: harmful)
        }
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

extension MigrationError {
    /// The stop that a database error means.
    public init(_ error: DatabaseError, during title: String? = nil) {
        let code: Code
        var message = error.description
        let nextStep: String
        switch error.kind {
        case .interrupted:
            code = .interrupted
            message = title == nil ? "interrupted between two changes" : "interrupted, and rolled back whole"
            nextStep = "No row is lost and nothing is half done. To go on, run again."
        case .locked:
            code = .locked
            nextStep =
                "Another process holds the database. Stop the hub or wait for the other migration, then run again."
        case .unreachable, .notADatabase, .readOnly:
            code = .unreachable
            nextStep = "Check the database URL, the server and the permissions, then run again."
        case .full:
            code = .failed
            nextStep = "It was rolled back whole. Make room on the disk, then run again."
        case .notPermitted:
            code = .failed
            nextStep = "It was rolled back whole. Connect as the owner of the tables, then run again."
        case .constraint, .cancelled, .other:
            code = .failed
            nextStep = "It was rolled back whole: the database is as it was before. Mend the cause, then run again."
        }
        self.init(code, message, migration: title, nextStep: nextStep, underlying: error)
    }
}
