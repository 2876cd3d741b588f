/// The end of a run: the schema is reconciled with the canonical one and compared with it.
extension Runner {
    /// Reconciles what differs from the canonical schema if that costs no row.
    /// - Returns: Whether there was anything.
    func reconcile(_ report: inout RunReport, _ assessment: Assessment, isAgreed: Bool) throws -> Bool {
        let differences = assessment.driftToReconcile
        guard !differences.isEmpty else { return false }
        if let stop = MigrationError(unrecognized: differences.filter { $0.disposition == .unrecognized }, words) {
            throw stop
        }
        if differences.contains(where: \.altersTable) {
            if !isAgreed { try askToReconcile(differences, isUnchanged: report.migrations.isEmpty) }
            try makeBackup(&report, of: assessment) { $0.driftToReconcile.contains(where: \.altersTable) }
        }
        var reconciled = report
        emit(.changing("reconciling the schema"))
        try change("reconciling the schema") {
            try applyPending([], &reconciled)
            try reconcileTables(&reconciled, isRepair: false)
        }
        report = reconciled
        reportReconciled(report)
        return true
    }

    func askToReconcile(_ differences: [SchemaDifference], isUnchanged: Bool = true) throws {
        try ask(
            "reconciling the schema of \(catalogue.newest.paddedToThree)",
            "it has \(differences.count.counted("difference")), and tables are changed. The only way back is to restore a backup.",
            isUnchanged: isUnchanged)
    }

    /// SQLite allows broken references; a run reports them. Migrations that rewrite tables have quarantined theirs.
    func warnOfBrokenReferences() throws {
        let broken = try catalogue.reading(connection) { _ in
            try connection.brokenReferences(from: catalogue.canonicalTables.map(\.name))
        }
        for broken in broken {
            emit(.warning("broken reference: \(broken).\(words.advice("To put such rows into quarantine", "repair"))"))
        }
    }

    /// Reports what was reconciled, once it is committed.
    func reportReconciled(_ report: RunReport) {
        for difference in report.reconciled { emit(.reconciled(difference)) }
        for violation in report.violations { emit(.restored(violation)) }
    }

    /// Reconciles the tables inside the current transaction.
    func reconcileTables(_ report: inout RunReport, isRepair: Bool) throws {
        let schema = try connection.readSchema()
        let context = context(on: schema, for: catalogue.newest)
        try Reconciliation(context, catalogue: catalogue, isRepair: isRepair).run()
        report.reconciled = catalogue.differences(of: schema).filter {
            isRepair ? $0.disposition != .unmanaged : $0.concernsRun
        }
        report.reconciledTables += context.reports
    }

    /// Stops where the result is not the canonical schema.
    func compare(_ report: inout RunReport, _ result: Assessment) throws {
        report.version = result.version
        report.mentioned = result.drift.filter { !$0.concernsRun }
        report.quarantined = try catalogue.quarantine.count(in: connection, on: result.schema)
        for difference in report.mentioned { emit(.mentioned(difference)) }
        let harmful = result.driftToReconcile
        guard harmful.isEmpty else {
            throw MigrationError(
                .schemaDiffers,
                "the schema differs from version \(catalogue.newest.paddedToThree) (\(harmful.count.counted("difference"))):",
                nextStep:
                    "No row is lost. If the \(words.name) is newer than this tool, update the tool."
                    + words.advice("See all differences", "verify"),
                differences: harmful)
        }
    }

    /// Runs the pending migrations and the skipped ones that can run late, inside the current transaction.
    func applyPending(_ pending: [RegisteredMigration], _ report: inout RunReport) throws {
        let clock = ContinuousClock()
        let numbers = pending.map(\.number)
        var schema = try connection.readSchema()
        for migration in catalogue.migrations where numbers.contains(migration.number) || migration.migration.canRunLate
        {
            let start = clock.now
            guard !isPresent(migration, on: schema) else { continue }
            emit(.started(migration))
            let context = try checkAndApply(migration, among: numbers, on: schema)
            schema = context.schema
            let done = MigrationReport(migration: migration, tables: context.reports, duration: clock.now - start)
            report.migrations.append(done)
            emit(.finished(done))
        }
    }
}
