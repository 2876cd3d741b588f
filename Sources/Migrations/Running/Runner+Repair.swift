extension Runner {
    /// Repairs in one transaction.
    func repair(_ report: inout RunReport, by plan: Plan) throws {
        report.quarantined = try catalogue.reading(connection) { try Quarantine.count(in: connection, on: $0) }
        guard !plan.isEmpty, case .repair(let isDryRun) = plan.command else { return }
        if !isDryRun {
            try ask(
                "the repair", "it changes tables from what was half done. The only way back is to restore a backup.")
        }
        var repaired = report
        emit(.changing("the repair"))
        try change("the repair", isRehearsal: isDryRun) {
            if !plan.assessment.damage.isEmpty { try rebuildIndexes() }
            try removeCredentials(&repaired)
            let steps = plan.steps.map(\.migration)
            let pending = plan.displaced.isEmpty ? steps : try putBack(plan.displaced, by: steps)
            try performMissing(pending, &repaired)
            try converge(&repaired, isRepair: true)
            try compare(&repaired, connection.readSchema())
            try requireSound()
        }
        report = repaired
        report.violations = plan.displaced.map(\.description) + plan.assessment.violations
        reportReconciled(report)
    }

    /// The tables whose rows are under another name since a rebuild of something else died, also where an application has
    /// made an empty table of their name in the meantime.
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

    /// Gives tables their names again that a rebuild of something else took from them, and looks at the rows then.
    /// - Returns: What is pending after that.
    /// - Throws: ``MigrationError`` when they are not as they were before the lock.
    private func putBack(
        _ displaced: [DisplacedTable], by pending: [RegisteredMigration]
    ) throws -> [RegisteredMigration] {
        guard try displacedTables(by: pending, on: connection.readSchema()) == displaced else {
            let names = displaced.map(\.table).joined(separator: ", ")
            throw MigrationError(
                .schemaDiffers, "somebody wrote to \(names) after the repair had looked at it",
                nextStep: "Nothing was changed. Stop the \(words.name), then look again: \(words.verb("plan --repair"))"
            )
        }
        let suspended = try connection.suspendForeignKeys(of: displaced.map(\.table))
        for displaced in displaced {
            let table = displaced.table.quotedIdentifier
            if displaced.isReplaced { try connection.execute("DROP TABLE \(table)") }
            try connection.execute("ALTER TABLE \(displaced.leftover.quotedIdentifier) RENAME TO \(table)")
        }
        // The canonical ones come back with their tables.
        try connection.restoreForeignKeys(suspended.filter { !tables.contains($0.table) })
        let assessment = try Assessment(of: connection.readSchema(), catalogue: catalogue)
        let pending = assessment.statuses.pending.map(\.migration)
        let found = try findings(of: pending, on: assessment, isRepair: true)
        for finding in found { emit(.found(finding)) }
        if let stop = MigrationError(stoppingFor: found) { throw stop }
        return pending
    }

    /// Builds indexes anew before anything looks rows up in them. Rows that one cannot hold go to quarantine first.
    private func rebuildIndexes() throws {
        do {
            try connection.rebuildIndexes(of: tables)
        } catch let error as DatabaseError where error.kind == .constraint {}
    }

    /// Takes credentials under another name away before a table of their name is made, whose indexes have the same names.
    private func removeCredentials(_ report: inout RunReport) throws {
        let schema = try connection.readSchema()
        let context = context(on: schema, for: catalogue.newest)
        for leftover in catalogue.leftovers(in: schema) where leftover.holdsCredentials {
            try context.quarantineWhole(leftover.name, reason: leftover.reason)
        }
        report.reconciledTables = context.reports
    }

    private var tables: [String] { catalogue.canonicalTables.map(\.name) }

    private func requireSound() throws {
        let left = try catalogue.violations(in: connection, on: connection.readSchema())
        guard left.isEmpty else {
            throw MigrationError(
                .failed, "the repair left something broken: \(left.joined(separator: "; "))",
                nextStep: "It was rolled back whole. Please report this.")
        }
    }
}
