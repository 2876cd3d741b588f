extension Runner {
    /// Repairs in one transaction.
    func repair(_ report: inout RunReport, by plan: Plan) throws {
        report.quarantined = try catalogue.quarantine.count(in: connection, on: plan.assessment.schema)
        guard !plan.isEmpty, case .repair(let isDryRun) = plan.command else { return }
        if !isDryRun {
            try ask(
                "the repair", "it changes tables. The only way back is to restore a backup.")
            try makeBackup(&report, of: plan.assessment)
        }
        var repaired = report
        emit(.changing("the repair"))
        try change("the repair", isDryRun: isDryRun) {
            if !plan.assessment.damage.isEmpty { try rebuildIndexes() }
            try removeCredentials(&repaired)
            let steps = plan.steps.map(\.migration)
            let pending = plan.displaced.isEmpty ? steps : try restoreNames(plan.displaced, by: steps)
            try applyPending(pending, &repaired)
            try reconcileTables(&repaired, isRepair: true)
            try compare(&repaired, Assessment(of: connection.readSchema(), catalogue: catalogue))
            try requireConsistent()
        }
        report = repaired
        report.violations = plan.displaced.map(\.description) + plan.assessment.violations
        reportReconciled(report)
    }

    /// The tables whose rows are under another name since a rebuild was interrupted, even if an application has since
    /// created an empty table with their name.
    func displacedTables(by pending: [RegisteredMigration], on schema: Schema) throws -> [DisplacedTable] {
        try catalogue.rebuiltTables(by: pending).compactMap { table in
            let isReplaced = schema.tables[table] != nil
            guard try !isReplaced || connection.countRows(in: table) == 0 else { return nil }
            let leftovers = catalogue.leftovers(of: table, in: schema).filter { !$0.holdsCredentials }.map(\.name)
            let filled = try leftovers.first { try connection.countRows(in: $0) > 0 }
            return (filled ?? (isReplaced ? nil : leftovers.first)).map {
                DisplacedTable(table: table, leftover: $0, isReplaced: isReplaced)
            }
        }
    }

    /// Renames tables back after an interrupted rebuild, and then checks the rows.
    /// - Returns: What is pending after that.
    /// - Throws: ``MigrationError`` when they changed before they were locked.
    private func restoreNames(
        _ displaced: [DisplacedTable], by pending: [RegisteredMigration]
    ) throws -> [RegisteredMigration] {
        guard try displacedTables(by: pending, on: connection.readSchema()) == displaced else {
            let names = displaced.map(\.table).joined(separator: ", ")
            throw MigrationError(
                .schemaDiffers, "\(names) changed after the repair was planned",
                nextStep: "Nothing was changed. Stop the \(words.name), then try again."
                    + words.advice("Plan it again", "plan --repair")
            )
        }
        let suspended = try connection.suspendForeignKeys(of: displaced.map(\.table))
        for displaced in displaced {
            let table = displaced.table.quotedIdentifier
            if displaced.isReplaced { try connection.execute("DROP TABLE \(table)") }
            try connection.execute("ALTER TABLE \(displaced.leftover.quotedIdentifier) RENAME TO \(table)")
        }
        // The canonical ones are restored with their tables.
        try connection.restoreForeignKeys(suspended.filter { !canonicalTables.contains($0.table) })
        let assessment = try Assessment(of: connection.readSchema(), catalogue: catalogue)
        let pending = assessment.statuses.pending.map(\.migration)
        let found = try findings(of: pending, on: assessment, isRepair: true).findings
        for finding in found { emit(.found(finding)) }
        if let stop = MigrationError(stoppingFor: found) { throw stop }
        return pending
    }

    /// Rebuilds indexes before they are used for lookups. Rows that one cannot hold are quarantined first.
    private func rebuildIndexes() throws {
        do {
            try connection.rebuildIndexes(of: canonicalTables)
        } catch let error as DatabaseError where error.kind == .constraint {}
    }

    /// Quarantines credentials under another name before their table is created, whose indexes have the same names.
    private func removeCredentials(_ report: inout RunReport) throws {
        let schema = try connection.readSchema()
        let context = context(on: schema, for: catalogue.newest)
        for leftover in catalogue.leftovers(in: schema) where leftover.holdsCredentials {
            try context.quarantineWhole(leftover.name, reason: leftover.reason)
        }
        report.reconciledTables = context.reports
    }

    private var canonicalTables: [String] { catalogue.canonicalTables.map(\.name) }

    private func requireConsistent() throws {
        let left = try catalogue.violations(in: connection, on: connection.readSchema())
        guard left.isEmpty else {
            throw MigrationError(
                .failed, "the repair left inconsistent data: \(left.joined(separator: "; "))",
                nextStep: "It was rolled back. Please report this.")
        }
    }
}
