/// What a run or a repair should know of the rows before it changes anything.
extension Runner {
    /// Stops at a damaged file. An index that does not hold its table's rows is a repair's to mend.
    /// - Returns: The indexes that a repair has to build anew.
    @discardableResult
    func requireUndamaged(_ pending: [RegisteredMigration], on schema: Schema, isRepair: Bool = false) throws
        -> [Finding]
    {
        let found = try damage(before: pending, on: schema, isRepair: isRepair)
        let stops = found.filter { !isRepair || $0.code != DatabaseDamage.index }
        guard !stops.isEmpty else { return found }
        throw MigrationError(
            .checkFailed, "the database file is damaged:", nextStep: "Nothing was changed.", findings: stops)
    }

    /// The damage to the file, when there is something to do.
    func damage(
        before pending: [RegisteredMigration], on schema: Schema, isRepair: Bool = false
    ) throws -> [Finding] {
        guard isRepair || !pending.isEmpty || !harmfulDifferences(of: schema).isEmpty else { return [] }
        return try withStopsNamed("looking at the file") {
            try connection.withReadTransaction(of: catalogue.tables) {
                try connection.damage(to: catalogue.rebuiltTables(by: pending))
            }
        }
    }

    /// Looks at the rows, and stops when they need a decision, or a repair where it is none.
    func checkData(_ pending: [RegisteredMigration], of plan: Plan, schema: Schema, isRepair: Bool = false) throws {
        let found = try findings(before: pending, of: plan, on: schema, isRepair: isRepair)
        for (finding, migration) in found { emit(.found(finding, migration)) }
        if let stop = MigrationError(stoppingFor: found.map(\.finding)) { throw stop }
    }

    /// The data checks of the pending migrations, and the rows that the newest schema cannot hold.
    ///
    /// What becomes of the rows of a table that a migration rewrites is its own check's to say.
    /// - Parameters:
    ///   - pending: The migrations that will run.
    ///   - plan: All that are pending.
    func findings(
        before pending: [RegisteredMigration], of plan: Plan, on schema: Schema, isRepair: Bool = false
    ) throws -> [(finding: Finding, migration: RegisteredMigration?)] {
        var found: [(finding: Finding, migration: RegisteredMigration?)] = []
        if isRepair || !plan.pending.isEmpty || !harmfulDifferences(of: schema).isEmpty {
            found = try obstacles(before: pending, on: schema).map { ($0, nil) }
            // A role that may not make temporary tables, or read, could not even look further.
            if found.contains(where: { $0.finding.severity == .error }) { return found }
        }
        for migration in pending {
            found += try withStopsNamed(migration.title) {
                try connection.withReadTransaction(of: catalogue.tables) {
                    try migration.migration.check(context(on: schema, for: migration.number)).map { ($0, migration) }
                }
            }
        }
        let rewritten = plan.pending.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        let fittings = catalogue.canonicalTables.filter { !rewritten.contains($0.name) }.compactMap { definition in
            schema.tables[definition.name].map {
                RowFitting(
                    of: $0, to: definition, in: schema, isOwner: catalogue.isOwner(definition.name),
                    isThorough: isRepair)
            }
        }.filter { !$0.isTrivial }
        guard !fittings.isEmpty else { return found }
        let newest = context(on: schema, for: catalogue.newest)
        found += try withStopsNamed("looking at the rows") {
            try connection.withReadTransaction(of: catalogue.tables) {
                try fittings.flatMap { try $0.findings(newest, isRepair: isRepair) }.map { ($0, nil) }
            }
        }
        return found
    }

    /// What stands in the way of any change to the tables.
    func obstacles(before pending: [RegisteredMigration], on schema: Schema) throws -> [Finding] {
        if let finding = try takenNames(on: schema) { return [finding] }
        return try withStopsNamed("looking at the tables") {
            try connection.withReadTransaction(of: catalogue.tables) {
                try connection.obstacles(
                    toChanging: catalogue.tables,
                    isRewriting: pending.contains { !$0.migration.rewrittenTables.isEmpty })
            }
        }
    }

    /// Refuses a migration whose own check finds an error, inside its transaction.
    func requireAllowed(_ migration: RegisteredMigration, on schema: Schema) throws {
        let found = try connection.withReadTransaction(of: catalogue.tables) {
            try migration.migration.check(context(on: schema, for: migration.number))
        }
        if let stop = MigrationError(stoppingFor: found) { throw stop }
    }

    private func context(on schema: Schema, for number: Int) -> MigrationContext {
        MigrationContext(connection: connection, schema: schema, number: number, exampleLimit: exampleLimit)
    }
}

extension MigrationError {
    /// The stop for findings of which some are errors; `nil` when none is.
    public init?(stoppingFor findings: [Finding]) {
        let errors = findings.filter { $0.severity == .error }
        guard !errors.isEmpty else { return nil }
        if errors.allSatisfy({ $0.code == RowFitting.rowsDoNotFit }) {
            self.init(
                .schemaDiffers, "there are rows that the current schema cannot hold:", nextStep: "Nothing was changed.",
                findings: errors)
        } else {
            self.init(
                .checkFailed, "the data needs a decision before it can be migrated:",
                nextStep: "Nothing was changed. Decide the points above, then run again.", findings: errors)
        }
    }
}
