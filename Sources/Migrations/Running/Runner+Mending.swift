/// What comes after the last migration: the schema is brought to the canonical one and compared with it.
extension Runner {
    /// Mends what differs from the canonical schema where no row has to go for it.
    /// - Returns: Whether there was anything.
    func mend(_ report: inout RunReport, _ schema: Schema, isAgreed: Bool) throws -> Bool {
        let differences = harmfulDifferences(of: schema)
        guard !differences.isEmpty else { return false }
        try requireKnown(differences.filter { $0.isUnknown && !$0.isHarmless })
        let alters = differences.contains { ![.missingTable, .missingIndex, .indexName].contains($0.kind) }
        if alters, !isAgreed {
            try ask(
                "mending the schema of \(catalogue.newest.paddedToThree)",
                "it differs in \(differences.count) places, and tables are changed. Only a backup leads back.",
                isUnchanged: report.migrations.isEmpty)
        }
        var mended = report
        emit(.changing("mending the schema"))
        try withStopsNamed("mending the schema") {
            try connection.withMigrationTransaction(locking: catalogue.tables) {
                try performMissing([], &mended)
                try converge(&mended, isRepair: false)
            }
        }
        report = mended
        tellMended(report)
        return true
    }

    /// SQLite lets rows reference what is not there; a run leaves them. A migration that rewrites tables has seen to them.
    func warnOfBrokenReferences() throws {
        let broken = try catalogue.reading(connection) { _ in
            try connection.brokenReferences(from: catalogue.canonicalTables.map(\.name))
        }
        for broken in broken {
            emit(.warning("broken reference: \(broken). To put such rows into quarantine: kohaku-migrate repair"))
        }
    }

    /// Tells what was mended, once it is committed.
    func tellMended(_ report: RunReport) {
        for difference in report.mended { emit(.mended(difference)) }
        for violation in report.violations { emit(.restored(violation)) }
    }

    /// Refuses, before anything changes, what mending would stop at. A migration that rewrites tables carries unique indexes
    /// along whose columns it keeps, but for those that are another migration's to take away.
    func requireKnown(_ pending: [RegisteredMigration], on schema: Schema) throws {
        let rewritten = pending.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        let columns = catalogue.canonicalTables.reduce(into: [String: Set<String>]()) {
            $0[$1.name] = Set($1.columns.map(\.name))
        }
        try requireKnown(
            harmfulDifferences(of: schema).filter { difference in
                guard difference.isUnknown, !difference.isHarmless else { return false }
                guard rewritten.contains(difference.table), difference.kind != .uniqueConstraint else { return true }
                guard let index = schema.tables[difference.table]?.index(difference.name ?? ""),
                    !pending.contains(where: {
                        $0.migration.signature.forbidsUniqueness(of: index.columns ?? [], in: difference.table)
                    })
                else { return false }
                return columns[difference.table]?.isSuperset(of: index.columns ?? []) == true
            })
    }

    /// Refuses to touch what a newer application may need, and what the operator made that can refuse its rows.
    func requireKnown(_ unknown: [SchemaDifference]) throws {
        guard !unknown.isEmpty else { return }
        // No application made these: it says by indexes what is unique.
        if unknown.allSatisfy({ $0.kind == .uniqueConstraint }) {
            throw MigrationError(
                .checkFailed,
                "the schema has UNIQUE constraints that can refuse the application's rows (\(unknown.count)):",
                nextStep: "Nothing of this was changed. Drop them, then run again.", differences: unknown)
        }
        throw MigrationError(
            .schemaDiffers,
            "the schema has parts that this tool does not know (\(unknown.count)):",
            nextStep:
                "Nothing of this was changed. If the hub is newer than this tool, update the tool. If somebody made them "
                + "by hand, drop such indexes and keys, and let such columns take NULL.",
            differences: unknown)
    }

    /// Converges inside the present transaction.
    func converge(_ report: inout RunReport, isRepair: Bool) throws {
        let schema = try connection.readSchema()
        let context = MigrationContext(connection: connection, schema: schema, number: catalogue.newest, emit: emit)
        try Convergence(context, catalogue: catalogue, isRepair: isRepair).run()
        report.mended = catalogue.differences(of: schema).filter { isRepair ? !$0.isOperatorsOwn : !$0.isLeftAlone }
        report.mendedTables += context.reports
    }

    func harmfulDifferences(of schema: Schema) -> [SchemaDifference] {
        catalogue.differences(of: schema).filter { !$0.isLeftAlone }
    }

    /// Compares the result with the canonical schema.
    func compare(_ report: inout RunReport, _ schema: Schema) throws {
        report.version = Plan(catalogue.migrations, on: schema).version
        report.mentioned = catalogue.differences(of: schema).filter(\.isLeftAlone)
        report.quarantined = try Quarantine.count(in: connection, on: schema)
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

    /// Runs, inside the present transaction, the pending migrations and those that can be made up for.
    func performMissing(_ pending: [RegisteredMigration], _ report: inout RunReport) throws {
        let clock = ContinuousClock()
        let numbers = Set(pending.map(\.number))
        for migration in catalogue.migrations where numbers.contains(migration.number) || migration.migration.canRunLate
        {
            let start = clock.now
            let schema = try connection.readSchema()
            guard !isPresent(migration, on: schema) else { continue }
            emit(.started(migration))
            try requireAllowed(migration, on: schema)
            let tables = try perform(migration, on: schema)
            let done = MigrationReport(migration: migration, tables: tables, duration: clock.now - start)
            report.migrations.append(done)
            emit(.finished(done))
        }
    }
}
