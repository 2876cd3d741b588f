/// Runs a catalogue's migrations on a database.
///
/// ```swift
/// let runner = Runner(catalogue: catalogue, connection: connection)
/// let report = try runner.run(to: .newest)
/// ```
public struct Runner {
    /// The migrations.
    public let catalogue: Catalogue
    /// The database.
    public let connection: any DatabaseConnection
    /// ``Catalogue/tables``, which is computed anew each time.
    let tables: [String]
    /// Asks for consent: for what, and the question. It is called before the change that it is about; migrations before
    /// that may be committed already.
    public var consent: (String, String) throws -> Bool
    /// Makes a backup of the database, which has the version that it receives, once, after the consent to a change that only a
    /// backup can undo and before it: see ``BackupSource``. Where another process has changed the version, it makes none, and
    /// is called again with the new one unless nothing is left to change. What it throws stops the run.
    public var backUp: ((_ version: Int) throws -> Backup?)?
    /// Receives what happens.
    public var emit: (MigrationEvent) -> Void
    /// Called about once a second while the work advances, and not while it stands still: for a sign of life.
    public var progress: () -> Void = {}
    /// How long to wait for another process that runs migrations and makes no progress. While it makes some, there is no
    /// limit.
    public var patience: Duration = .seconds(60)
    /// How many examples a finding holds at most; its count is exact. They are held in memory.
    public var exampleLimit: Int

    /// Creates a runner that agrees to everything and reports nothing.
    public init(
        catalogue: Catalogue,
        connection: any DatabaseConnection,
        consent: @escaping (String, String) throws -> Bool = { _, _ in true },
        backUp: ((_ version: Int) throws -> Backup?)? = nil,
        emit: @escaping (MigrationEvent) -> Void = { _ in },
        exampleLimit: Int = 5
    ) {
        self.catalogue = catalogue
        self.connection = connection
        tables = catalogue.tables
        self.consent = consent
        self.backUp = backUp
        self.emit = emit
        self.exampleLimit = exampleLimit
    }

    /// How messages name the application and its command.
    var words: Vocabulary { catalogue.vocabulary }

    /// Runs the pending migrations of a target in order, each in its own transaction, then reconciles what differs from
    /// the canonical schema when the newest is reached. A fresh database gets it at once.
    /// - Throws: ``MigrationError``, with what was committed before it; the migration that failed is rolled back.
    public func run(to target: Target) throws -> RunReport {
        try perform(.run(to: target))
    }

    /// Brings a database to the canonical schema from its current state, in one transaction: first the pending
    /// migrations, partial or not, then every remaining difference. Rows that the schema cannot hold are quarantined.
    /// - Throws: ``MigrationError``; nothing is changed then.
    public func repair() throws -> RunReport {
        try perform(.repair(isDryRun: false))
    }

    /// Gives a fresh database the canonical schema.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/schemaDiffers`` when it is not fresh.
    public func initialize() throws -> RunReport {
        let assessment = try attributingErrors(to: nil, isReading: true) {
            try Assessment(of: connection, catalogue: catalogue)
        }
        guard case .fresh = assessment.state else {
            try assessment.requireRecognized(catalogue)
            try assessment.rejectPartial(words)
            throw MigrationError(
                .schemaDiffers,
                "the database is not empty: it has \(assessment.schema.tables.count.counted("table"))",
                nextStep: "Only an empty database can be initialized.\(words.advice("To upgrade this one", "run"))")
        }
        return try run(to: .newest)
    }

    /// Executes a plan. What another process may have changed is looked at again under the lock.
    /// - Throws: ``MigrationError``, with what was committed before it.
    public func execute(_ plan: Plan) throws -> RunReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = RunReport()
        do {
            if plan.isFresh {
                for finding in plan.findings { emit(.found(finding)) }
                if let stop = plan.stop { throw stop }
                if let doubt = plan.findings.first(where: { $0.code == Self.elsewhere }) {
                    try ask("creating new tables", doubt.message)
                }
                report.wasFresh = try create()
                if report.wasFresh { try compare(&report, assess()) }
            } else {
                report.version = plan.assessment.version
                if !plan.isRepair || !plan.isEmpty { announce(plan) }
                if let stop = plan.stop { throw stop }
                try plan.isRepair ? repair(&report, by: plan) : migrate(&report, by: plan)
            }
        } catch {
            var error = named(error)
            // There is nothing to go back from, and each start that fails would leave another one. Where the connection was
            // lost, nobody knows what was committed.
            if let backup = report.backup, report.isUnchanged, report.overtaken.isEmpty, error.code != .unreachable {
                try? FileSystem.remove(backup.path)
                report.backup = nil
            }
            error.backup = report.backup
            error.committed = report.migrations.map(\.migration.title)
            error.overtaken = report.overtaken.map(\.title)
            throw error
        }
        // Another process was faster.
        if plan.isFresh, !report.wasFresh { return try execute(self.plan(for: plan.command)) }
        report.duration = clock.now - start
        return report
    }

    func assess() throws -> Assessment {
        try Assessment(of: connection, catalogue: catalogue)
    }

    private func announce(_ plan: Plan) {
        for warning in plan.assessment.statuses.warnings { emit(.warning(warning)) }
        emit(.planned(plan))
        for finding in plan.findings { emit(.found(finding)) }
    }

    /// Creates the canonical schema.
    /// - Returns: Whether the database was still fresh: another process may have been faster.
    private func create() throws -> Bool {
        emit(.creating(tables: catalogue.canonicalTables.count))
        return try change("creating the schema") {
            guard case .fresh = try Assessment(of: connection.readSchema(), catalogue: catalogue).state else {
                return false
            }
            for table in catalogue.canonicalTables {
                for statement in table.statements(connection.dialect) { try connection.execute(statement) }
            }
            return true
        }
    }

    private func migrate(_ report: inout RunReport, by plan: Plan) throws {
        let pending = plan.steps.map(\.migration)
        let numbers = pending.map(\.number)
        for migration in pending {
            guard let question = migration.migration.consent else { continue }
            try ask("migration \(migration.title)", question, migration: migration)
        }
        let agreed = Set(pending.filter { $0.migration.consent != nil }.map(\.number))
        let alters = plan.remainingDrift.contains(where: \.altersTable)
        if alters, agreed.isEmpty { try askToReconcile(plan.remainingDrift) }
        let isAgreed = alters || !agreed.isEmpty
        if isAgreed {
            try makeBackup(&report, of: plan.assessment) { now in
                alters || now.statuses.pending.contains { agreed.contains($0.migration.number) }
            }
        }
        var last = plan.assessment.schema
        for migration in pending {
            let isFirst = migration.number == pending[0].number
            if let done = try run(migration, among: numbers, by: isFirst ? plan : nil, &last) {
                report.migrations.append(done)
            } else if isPending(migration, on: last) {
                report.overtaken.append(migration)
            }
            report.version = migration.number
        }
        var result = try pending.isEmpty ? plan.assessment : assess()
        if report.version == catalogue.newest, !catalogue.canonicalTables.isEmpty {
            if try reconcile(&report, result, isAgreed: isAgreed) { result = try assess() }
            try compare(&report, result)
            if !report.isUnchanged, !isAgreed { try warnOfBrokenReferences() }
        } else {
            report.quarantined = try catalogue.quarantine.count(in: connection, on: result.schema)
        }
    }

    func ask(
        _ subject: String, _ question: String, migration: RegisteredMigration? = nil, isUnchanged: Bool = true
    ) throws {
        let state = isUnchanged ? "Nothing was changed." : "None of this was applied."
        guard try consent(subject, question) else {
            throw MigrationError(
                .consentRequired,
                "\(subject) needs your consent: \(question)",
                migration: migration?.title,
                nextStep: "\(state) To agree, \(words.consent).")
        }
    }

    /// Has a backup made, when one is wanted, of the database as it is before the change that was agreed to.
    /// - Parameter isNeeded: Whether that change is still to be made, on a database that another process has changed.
    func makeBackup(
        _ report: inout RunReport, of assessment: Assessment, isNeeded: (Assessment) -> Bool = { _ in true }
    ) throws {
        guard let backUp, report.backup == nil else { return }
        emit(.backingUp)
        connection.begin(.waiting, in: "backup")
        report.backup = try attributingErrors(to: nil, isReading: true) {
            var version = assessment.version
            while true {
                if let backup = try backUp(version) { return backup }
                let now = try assess()
                guard isNeeded(now) else { return nil }
                guard now.version != version else {
                    throw MigrationError(
                        .consentRequired, "no backup of version \(version.paddedToThree) was made",
                        nextStep: "Without one nothing of this is changed.")
                }
                version = now.version
            }
        }
        if let backup = report.backup { emit(.backedUp(backup)) }
    }

    /// Runs one migration in its transaction, unless another process already did. Its check is repeated now that nobody
    /// else writes, unless nothing has changed since the plan's; what that has decided is used where the rows are the same.
    /// - Parameters:
    ///   - plan: The plan whose check looked at the rows, when nothing has changed them here since.
    ///   - last: The schema that the last one left behind that ran here.
    private func run(
        _ migration: RegisteredMigration, among steps: [Int], by plan: Plan?,
        _ last: inout Schema
    ) throws -> MigrationReport? {
        emit(.started(migration))
        let clock = ContinuousClock()
        let start = clock.now
        let context: MigrationContext? = try change(migration.title) {
            let schema = try connection.readSchema()
            guard isPending(migration, on: schema) else { return nil }
            let decisions = try plan.flatMap { try currentDecisions(of: $0, on: schema) }
            if decisions != nil, plan?.revision?.isOfWholeDatabase == true {
                return try apply(migration, among: steps, on: schema, by: decisions)
            }
            return try checkAndApply(migration, among: steps, on: schema, by: decisions)
        }
        guard let context else {
            emit(.overtaken(migration))
            return nil
        }
        last = context.schema
        let report = MigrationReport(migration: migration, tables: context.reports, duration: clock.now - start)
        emit(.finished(report))
        return report
    }

    /// What a plan has decided for its first step, if the rows, which nobody else can change now, are still the same.
    private func currentDecisions(of plan: Plan, on schema: Schema) throws -> Decisions? {
        guard let revision = plan.revision, schema == plan.assessment.schema else { return nil }
        return try connection.isUnchanged(tables(in: schema), since: revision) ? plan.decisions : nil
    }

    /// Whether neither a migration nor any newer one is present.
    private func isPending(_ migration: RegisteredMigration, on schema: Schema) -> Bool {
        !catalogue.migrations[(migration.number - 1)...].reversed().contains { isPresent($0, on: schema) }
    }

    /// Makes one change in a transaction. When it fails because another object has taken a name that it needs since the
    /// plan, the error names that object.
    func change<Result>(_ title: String, isDryRun: Bool = false, _ body: () throws -> Result) throws -> Result {
        try attributingErrors(to: title, isReading: isDryRun) {
            do {
                connection.begin(.waiting, in: title)
                return try connection.withMigrationTransaction(locking: tables, isDryRun: isDryRun) {
                    connection.begin(.checking)
                    return try body()
                }
            } catch let error as DatabaseError where error.kind == .other {
                let found = try? catalogue.reading(connection) { try takenNames(on: $0) }
                throw MigrationError(stoppingFor: [found].compactMap { $0 }) ?? error
            }
        }
    }

    /// Whether a migration's own signature holds; one that throws does not.
    func isPresent(_ migration: RegisteredMigration, on schema: Schema) -> Bool {
        (try? migration.signature.holds(on: schema)) ?? false
    }

    /// Checks a migration inside the current transaction, then runs it with what the check has decided.
    /// - Parameter decisions: What an earlier check has decided by the same rows.
    /// - Throws: ``MigrationError`` when the check found an error.
    func checkAndApply(
        _ migration: RegisteredMigration, among steps: [Int], on schema: Schema,
        by decisions: Decisions? = nil
    ) throws -> MigrationContext {
        let checked = try check(migration, on: schema, isKept: true, by: decisions)
        if let stop = MigrationError(stoppingFor: checked.findings) { throw stop }
        return try apply(migration, among: steps, on: schema, by: checked.decisions)
    }

    /// Runs one migration inside the current transaction, and checks that its signature then holds.
    /// - Parameter steps: The numbers of all migrations that this run applies.
    /// - Returns: The context of the migration, with its reports and the schema that it leaves behind.
    func apply(
        _ migration: RegisteredMigration, among steps: [Int], on schema: Schema,
        by decisions: Decisions? = nil
    ) throws -> MigrationContext {
        connection.begin(.checking)
        let later = steps.filter { $0 > migration.number }
        let context = context(on: schema, for: migration.number, before: Set(later))
        context.isDecided = decisions != nil
        context.decisions = decisions ?? Decisions()
        try context.dropConstantIndexes(of: catalogue)
        for barrier in migration.barriers { try barrier.createMissingTables(context) }
        try migration.migration.migrate(context)
        if context.isDecided { try context.dropTemporaryTables([MigrationContext.excluded]) }
        try context.refreshSchema(of: migration.signature.tables)
        guard try migration.signature.holds(on: context.schema) else {
            throw MigrationError(
                .failed,
                "it ran, but its signature does not hold: "
                    + migration.signature.description(connection.dialect),
                nextStep: "It was rolled back. Please report this.")
        }
        return context
    }

    func context(on schema: Schema, for number: Int, before later: Set<Int> = []) -> MigrationContext {
        MigrationContext(
            connection: connection, schema: schema, number: number, laterNumbers: later, exampleLimit: exampleLimit,
            quarantine: catalogue.quarantine, vocabulary: words, emit: emit)
    }

    /// Attributes database errors to an operation, and gives them the code of the stop they mean.
    func attributingErrors<Result>(
        to title: String?, isReading: Bool = false, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            throw named(error, title, isReading: isReading)
        }
    }

    private func named(_ error: any Error, _ title: String? = nil, isReading: Bool = true) -> MigrationError {
        switch error {
        case var error as MigrationError:
            error.migration = error.migration ?? title
            return error
        case let error as DatabaseError:
            return MigrationError(error, during: title, isReading: isReading, vocabulary: words)
        default: return MigrationError(.failed, "\(error)", migration: title, underlying: error)
        }
    }
}
