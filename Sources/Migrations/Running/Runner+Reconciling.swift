/// What comes after the last migration: the schema is brought to the canonical one and compared with it.
extension Runner {
    /// Mends what differs from the canonical schema where no row has to go for it.
    /// - Returns: Whether there was anything.
    func reconcile(_ report: inout RunReport, _ schema: Schema, isAgreed: Bool) throws -> Bool {
        let differences = catalogue.differences(of: schema).filter(\.concernsRun)
        guard !differences.isEmpty else { return false }
        if let stop = MigrationError(unrecognized: differences.filter { $0.disposition == .unrecognized }, words) {
            throw stop
        }
        let alters = differences.contains { ![.missingTable, .missingIndex, .indexName].contains($0.kind) }
        if alters, !isAgreed {
            try ask(
                "reconciling the schema of \(catalogue.newest.paddedToThree)",
                "it differs in \(differences.count) places, and tables are changed. The only way back is to restore a backup.",
                isUnchanged: report.migrations.isEmpty)
        }
        var reconciled = report
        emit(.changing("reconciling the schema"))
        try change("reconciling the schema") {
            try performMissing([], &reconciled)
            try converge(&reconciled, isRepair: false)
        }
        report = reconciled
        reportReconciled(report)
        return true
    }

    /// SQLite lets rows reference what is not there; a run leaves them. A migration that rewrites tables has seen to them.
    func warnOfBrokenReferences() throws {
        let broken = try catalogue.reading(connection) { _ in
            try connection.brokenReferences(from: catalogue.canonicalTables.map(\.name))
        }
        for broken in broken {
            emit(.warning("broken reference: \(broken). To put such rows into quarantine: \(words.verb("repair"))"))
        }
    }

    /// Reports what was reconciled, once it is committed.
    func reportReconciled(_ report: RunReport) {
        for difference in report.reconciled { emit(.reconciled(difference)) }
        for violation in report.violations { emit(.restored(violation)) }
    }

    /// Converges inside the present transaction.
    func converge(_ report: inout RunReport, isRepair: Bool) throws {
        let schema = try connection.readSchema()
        let context = context(on: schema, for: catalogue.newest)
        try Convergence(context, catalogue: catalogue, isRepair: isRepair).run()
        report.reconciled = catalogue.differences(of: schema).filter {
            isRepair ? $0.disposition != .unmanaged : $0.concernsRun
        }
        report.reconciledTables += context.reports
    }

    /// Compares the result with the canonical schema.
    func compare(_ report: inout RunReport, _ schema: Schema) throws {
        report.version = [MigrationStatus](of: catalogue.migrations, on: schema).version
        let drift = catalogue.differences(of: schema)
        report.mentioned = drift.filter { !$0.concernsRun }
        report.quarantined = try Quarantine.count(in: connection, on: schema)
        for difference in report.mentioned { emit(.mentioned(difference)) }
        let harmful = drift.filter(\.concernsRun)
        guard harmful.isEmpty else {
            throw MigrationError(
                .schemaDiffers,
                "the schema is not that of \(catalogue.newest.paddedToThree) (differences: \(harmful.count)):",
                nextStep:
                    "No row is lost. See all of it with: \(words.verb("verify")). If the \(words.name) is newer than this tool, "
                    + "update the tool.",
                differences: harmful)
        }
    }

    /// Runs, inside the present transaction, the pending migrations and those that can be made up for.
    func performMissing(_ pending: [RegisteredMigration], _ report: inout RunReport) throws {
        let clock = ContinuousClock()
        let numbers = Set(pending.map(\.number))
        var schema = try connection.readSchema()
        for migration in catalogue.migrations where numbers.contains(migration.number) || migration.migration.canRunLate
        {
            let start = clock.now
            guard !isPresent(migration, on: schema) else { continue }
            emit(.started(migration))
            if let stop = MigrationError(stoppingFor: try check(migration, on: schema)) { throw stop }
            let context = try perform(migration, on: schema)
            schema = context.schema
            let done = MigrationReport(migration: migration, tables: context.reports, duration: clock.now - start)
            report.migrations.append(done)
            emit(.finished(done))
        }
    }
}
