/// What a command would do, and what the operator should know before any change.
extension Runner {
    /// Determines what a command would do or why it would stop. Nothing is changed.
    /// - Throws: ``MigrationError`` when the command does not apply to the database.
    public func plan(for command: Plan.Command) throws -> Plan {
        try plan(for: command, withChecks: true)
    }

    /// - Parameters:
    ///   - withChecks: Whether to look at the rows as well, which takes its time.
    ///   - isExecuted: Whether it is executed next: see ``Plan/isExecuted``.
    func plan(for command: Plan.Command, withChecks: Bool, isExecuted: Bool = false) throws -> Plan {
        try attributingErrors(to: nil, isReading: true) {
            var isKept = false
            return try connection.withReadTransaction(of: tables, isKept: { isKept }) {
                let assessment = try attributingErrors(to: "reading the schema", isReading: true) {
                    if !withChecks, let current = try assessmentOfCurrent() { return current }
                    return try Assessment(of: connection.readSchema(), catalogue: catalogue)
                }
                var plan = try Plan(for: command, on: assessment, catalogue: catalogue)
                plan.isExecuted = isExecuted
                guard withChecks else { return plan }
                if plan.isFresh {
                    plan.findings = try [takenNames(on: assessment.schema), tablesElsewhere()].compactMap { $0 }
                } else if plan.needsPreflight {
                    try runChecks(&plan)
                }
                if plan.decisions != nil, plan.stop == nil {
                    plan.revision = try connection.revision(of: tables(in: assessment.schema))
                    isKept = plan.revision != nil
                }
                return plan
            }
        }
    }

    /// Assesses a database without the details of others' tables, which matter only where there is something to do.
    /// - Returns: `nil` where there may be, or the catalogue does not know which tables are others'.
    private func assessmentOfCurrent() throws -> Assessment? {
        guard let tables = catalogue.tellingTables else { return nil }
        let assessment = try Assessment(of: connection.readSchema(detailing: tables), catalogue: catalogue)
        guard case .current = assessment.state, !assessment.isPending else { return nil }
        return assessment
    }

    /// Checks the file, then the tables, then the rows; an error ends the checks.
    private func runChecks(_ plan: inout Plan) throws {
        connection.begin(.checking, in: "preflight")
        let damage = try attributingErrors(to: "checking the file", isReading: true) {
            try connection.damage(
                to: catalogue.rebuiltTables(by: plan.steps.map(\.migration)), isThorough: plan.isRepair)
        }
        plan.assessment.damage = damage
        // A repair rebuilds such indexes.
        plan.findings = damage.filter { !plan.isRepair || $0.code != DatabaseDamage.index }
        guard plan.findings.isEmpty else { return }
        // Without the privileges to read and to create temporary tables, further checks would fail.
        plan.findings = try obstacles(to: plan.steps.map(\.migration), on: plan.assessment.schema)
        guard MigrationError(stoppingFor: plan.findings) == nil else { return }
        try plan.isRepair ? checkForRepair(&plan) : checkForRun(&plan)
        try countRows(&plan)
    }

    private func checkForRun(_ plan: inout Plan) throws {
        let schema = plan.assessment.schema
        let checked = try findings(of: plan.steps.map(\.migration), on: plan.assessment, isFirstKept: plan.isExecuted)
        plan.findings += checked.findings
        plan.decisions = checked.decisions
        if (plan.steps.last?.migration.number ?? plan.assessment.version) == catalogue.newest, plan.stop == nil {
            plan.refusal = unrecognized(by: plan.steps.map(\.migration), on: schema)
        }
        dryRun(&plan)
    }

    private func checkForRepair(_ plan: inout Plan) throws {
        plan.assessment.violations = try catalogue.violations(in: connection, on: plan.assessment.schema)
        guard !plan.isEmpty else { return plan.findings = [] }
        let unrecognized = plan.assessment.driftToReconcile.filter { $0.disposition == .unrecognized }
        let refusing = unrecognized.filter { [.uniqueConstraint, .unknownUniqueIndex].contains($0.kind) }
        plan.refusal = MigrationError(unrecognized: refusing, words)
        if case .newer = plan.assessment.state {
            plan.refusal = plan.refusal ?? MigrationError(unrecognized: unrecognized, words)
        }
        plan.displaced = try displacedTables(by: plan.steps.map(\.migration), on: plan.assessment.schema)
        guard plan.refusal == nil, plan.displaced.isEmpty else { return }
        plan.findings += try findings(of: plan.steps.map(\.migration), on: plan.assessment, isRepair: true).findings
    }

    private func countRows(_ plan: inout Plan) throws {
        guard !plan.isRepair || plan.stop == nil else { return }
        let tables =
            plan.isRepair
            ? Array(Set(plan.drift.map(\.table)))
            : plan.steps.isEmpty ? [] : catalogue.rebuiltTables(by: plan.steps.map(\.migration))
        for table in tables.sorted() where plan.assessment.schema.tables[table] != nil {
            plan.rows.append((table, try connection.countRows(in: table)))
        }
        if !plan.rows.isEmpty { plan.size = try connection.size(of: plan.rows.map(\.table)) }
    }

    /// The data checks of the pending migrations that run, and the rows that the newest schema cannot hold.
    ///
    /// About the rows of a table that a migration rewrites, the migration's own check reports.
    /// - Parameter isFirstKept: Whether the temporary tables of the first migration's check stay.
    /// - Returns: What they found, and what the first one decided in such tables.
    func findings(
        of pending: [RegisteredMigration], on assessment: Assessment, isRepair: Bool = false, isFirstKept: Bool = false
    ) throws -> (findings: [Finding], decisions: Decisions?) {
        let schema = assessment.schema
        // The first one's comes last, so that its tables are in nobody's way.
        let checks = try (pending.dropFirst() + pending.prefix(1)).map { migration in
            connection.begin(.checking, in: "preflight of \(migration.title)")
            return try attributingErrors(to: "the check of \(migration.title)", isReading: true) {
                try check(migration, on: schema, isKept: isFirstKept && migration.number == pending[0].number)
            }
        }
        let found = (checks.suffix(1) + checks.dropLast()).flatMap(\.findings)
        let decisions = checks.last?.decisions
        let rewritten = rewrittenTables(by: assessment.statuses.pending.map(\.migration))
        let fittings = catalogue.canonicalTables.filter { !rewritten.contains($0.name) }.compactMap { definition in
            schema.tables[definition.name].map {
                RowFitting(
                    of: $0, to: definition, in: schema, isOwner: catalogue.isOwner(definition.name),
                    isThorough: isRepair)
            }
        }.filter { !$0.isTrivial }
        guard !fittings.isEmpty else { return (found, decisions) }
        let newest = context(on: schema, for: catalogue.newest)
        return try attributingErrors(to: "checking the rows", isReading: true) {
            try connection.withReadTransaction(of: tables) {
                try (found + fittings.flatMap { try $0.findings(newest, isRepair: isRepair) }, decisions)
            }
        }
    }

    /// What a migration's own check finds. Nothing that it creates stays, except what it has decided.
    /// - Parameters:
    ///   - isKept: Whether the temporary tables stay that the check has filled for the migration.
    ///   - decisions: What an earlier check has decided by the same rows.
    /// - Returns: The findings, and what was decided in tables that stay.
    func check(
        _ migration: RegisteredMigration, on schema: Schema, isKept: Bool, by decisions: Decisions? = nil
    ) throws -> (findings: [Finding], decisions: Decisions?) {
        let context = context(on: schema, for: migration.number)
        context.isDecided = decisions != nil
        context.decisions = decisions ?? Decisions()
        return try connection.withReadTransaction(of: tables, isKept: { isKept && context.isDecided }) {
            var findings = try migration.migration.check(context)
            for index in findings.indices { findings[index].migration = migration.number }
            try context.dropShadows()
            return (findings, isKept && context.isDecided ? context.decisions : nil)
        }
    }

    /// The existing tables that migrations read or write.
    func tables(in schema: Schema) -> [String] {
        tables.filter { schema.tables[$0] != nil }
    }

    private func rewrittenTables(by migrations: [RegisteredMigration]) -> Set<String> {
        migrations.reduce(into: []) { $0.formUnion($1.migration.rewrittenTables) }
    }

    /// What prevents any change to the tables.
    private func obstacles(to pending: [RegisteredMigration], on schema: Schema) throws -> [Finding] {
        if let finding = try takenNames(on: schema) { return [finding] }
        return try attributingErrors(to: "checking the tables", isReading: true) {
            try connection.withReadTransaction(of: tables) {
                try connection.obstacles(
                    toChanging: tables, isRewriting: !rewrittenTables(by: pending).isEmpty)
            }
        }
    }

    /// The refusal of what would stop a run after the migrations. One that rewrites tables keeps unique indexes whose
    /// columns it keeps, except those that another migration drops.
    private func unrecognized(by pending: [RegisteredMigration], on schema: Schema) -> MigrationError? {
        let rewritten = rewrittenTables(by: pending)
        let columns = catalogue.canonicalTables.reduce(into: [String: Set<String>]()) {
            $0[$1.name] = Set($1.columns.map(\.name))
        }
        return MigrationError(
            unrecognized: catalogue.differences(of: schema).filter { difference in
                guard difference.disposition == .unrecognized else { return false }
                guard rewritten.contains(difference.table), difference.kind != .uniqueConstraint else { return true }
                guard let index = schema.tables[difference.table]?.index(difference.name ?? ""),
                    !pending.contains(where: {
                        $0.signature.forbidsUniqueness(of: index.columns ?? [], in: difference.table)
                    })
                else { return false }
                return columns[difference.table]?.isSuperset(of: index.columns ?? []) == true
            }, words)
    }

    /// Runs the steps on an empty copy of the schema. An SQL error there would stop the run half-way, so it is refused.
    /// Other errors may concern rows that the copy does not have, or be temporary.
    private func dryRun(_ plan: inout Plan) {
        let onStatement = connection.onStatement
        connection.onStatement = nil
        defer { connection.onStatement = onStatement }
        var title: String?
        var script: [[String]] = []
        do {
            try connection.withEmptyCopy { copy in
                let runner = Runner(catalogue: catalogue, connection: copy)
                var schema = try copy.readSchema()
                let steps = plan.steps.map(\.migration)
                let numbers = steps.map(\.number)
                for migration in steps {
                    title = migration.title
                    var statements: [String] = []
                    copy.onStatement = { if Self.changesSomething($0) { statements.append($0) } }
                    defer { copy.onStatement = nil }
                    if !isPresent(migration, on: schema) {
                        schema = try runner.apply(migration, among: numbers, on: schema).schema
                    }
                    script.append(statements)
                }
                title = "dry run of the schema"
                if plan.steps.last?.migration.number == catalogue.newest {
                    plan.remainingDrift = catalogue.differences(of: schema).filter(\.concernsRun)
                }
            }
            plan.script = .success(script)
        } catch {
            plan.script = .failure(error)
            guard plan.stop == nil, let error = error as? DatabaseError else { return }
            guard error.kind != .forbidden else {
                let title = title ?? "the dry run"
                return plan.refusal = MigrationError(error, during: title, isReading: true, vocabulary: words)
            }
            guard let title, error.kind == .other || error.kind == .constraint else { return }
            plan.refusal = MigrationError(
                .schemaDiffers, error.description, migration: title,
                nextStep: "Nothing was changed. Fix the schema, then run again.", underlying: error)
        }
    }

    private static func changesSomething(_ statement: String) -> Bool {
        // SQLite's definitions are edited between two of these.
        if statement.hasPrefix("PRAGMA writable_schema =") { return true }
        return !["PRAGMA", "SELECT"].contains(statement.prefix { $0.isLetter }.uppercased())
    }
}
