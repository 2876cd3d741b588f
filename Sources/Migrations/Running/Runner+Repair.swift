extension Runner {
    /// Brings a database to the canonical schema from whatever is there, in one transaction: what is pending of the
    /// migrations, half done or not, and then every difference that is left. Rows that the schema cannot hold go to
    /// quarantine.
    /// - Parameter isRehearsal: Whether all of it is rolled back at the end, so that only the report remains.
    /// - Throws: ``MigrationError``; nothing is changed then.
    public func repair(isRehearsal: Bool = false) throws -> RunReport {
        try reporting { report in
            let look = try connection.withReadTransaction(of: catalogue.tables) { try lookBeforeRepair(&report) }
            guard let look else { return }
            if !isRehearsal {
                try ask("the repair", "it changes tables from what was half done. Only a backup leads back.")
            }
            var repaired = report
            emit(.changing("the repair"))
            try withStopsNamed("the repair") {
                try connection.withMigrationTransaction(locking: catalogue.tables, isRehearsal: isRehearsal) {
                    if !look.damage.isEmpty { try mendIndexes() }
                    try removeCredentials(&repaired)
                    let pending =
                        look.displaced.isEmpty ? look.pending : try putBack(look.displaced, by: look.pending)
                    try performMissing(pending, &repaired)
                    try converge(&repaired, isRepair: true)
                    try compare(&repaired, connection.readSchema())
                    try requireSound()
                }
            }
            report = repaired
            report.violations = look.displaced.map(\.description) + look.violations
            tellMended(report)
        }
    }

    /// What a repair begins with.
    private struct RepairLook {
        var pending: [RegisteredMigration]
        var damage: [Finding]
        var displaced: [DisplacedTable]
        var violations: [String]
    }

    /// Looks at everything that a repair works on or that stops it; `nil` when there is nothing to repair.
    private func lookBeforeRepair(_ report: inout RunReport) throws -> RepairLook? {
        let schema = try withStopsNamed("reading the schema") { try connection.readSchema() }
        guard !isFresh(schema) else {
            throw MigrationError(
                .schemaDiffers, "the database is fresh: there is nothing to repair",
                nextStep: "To create its tables: kohaku-migrate run")
        }
        try requireOurs(schema)
        let plan = Plan(catalogue.migrations, on: schema)
        report.version = plan.version
        let damage = try requireUndamaged(plan.pending, on: schema, isRepair: true)
        // Rows that are hidden from the role could not be judged.
        if let stop = MigrationError(stoppingFor: try obstacles(before: plan.pending, on: schema)) { throw stop }
        report.quarantined = try Quarantine.count(in: connection, on: schema)
        let violations = try catalogue.violations(in: connection, on: schema)
        guard needsRepair(schema, plan) || !violations.isEmpty else { return nil }
        let differences = harmfulDifferences(of: schema)
        let uniqueness = [SchemaDifference.Kind.uniqueConstraint, .unknownUniqueIndex]
        try requireKnown(differences.filter { uniqueness.contains($0.kind) && !$0.isHarmless })
        if plan.pending.isEmpty, differences.allSatisfy(\.isUnknown) {
            try requireKnown(differences.filter { !$0.isHarmless })
        }
        for warning in plan.warnings { emit(.warning(warning)) }
        emit(.planned(plan, pending: plan.pending))
        let displaced = try displacedTables(by: plan.pending, on: schema)
        if displaced.isEmpty { try checkData(plan.pending, of: plan, schema: schema, isRepair: true) }
        return RepairLook(pending: plan.pending, damage: damage, displaced: displaced, violations: violations)
    }

    /// The tables whose rows are under another name since a rebuild of something else died, also where an application has
    /// made an empty table of their name in the meantime.
    private func displacedTables(by pending: [RegisteredMigration], on schema: Schema) throws -> [DisplacedTable] {
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
                nextStep: "Nothing was changed. Stop the hub, then look again: kohaku-migrate plan --repair")
        }
        let suspended = try connection.suspendForeignKeys(of: displaced.map(\.table))
        for displaced in displaced {
            let table = displaced.table.quotedIdentifier
            if displaced.isReplaced { try connection.execute("DROP TABLE \(table)") }
            try connection.execute("ALTER TABLE \(displaced.leftover.quotedIdentifier) RENAME TO \(table)")
        }
        // The canonical ones come back with their tables.
        try connection.restoreForeignKeys(suspended.filter { !tables.contains($0.table) })
        let schema = try connection.readSchema()
        let plan = Plan(catalogue.migrations, on: schema)
        try checkData(plan.pending, of: plan, schema: schema, isRepair: true)
        return plan.pending
    }

    /// Builds indexes anew before anything looks rows up in them. Rows that one cannot hold go to quarantine first.
    private func mendIndexes() throws {
        do {
            try connection.mendIndexes(of: tables)
        } catch let error as DatabaseError where error.kind == .constraint {}
    }

    /// Takes credentials under another name away before a table of their name is made, whose indexes have the same names.
    private func removeCredentials(_ report: inout RunReport) throws {
        let schema = try connection.readSchema()
        let context = MigrationContext(connection: connection, schema: schema, number: catalogue.newest, emit: emit)
        for leftover in catalogue.leftovers(in: schema) where leftover.holdsCredentials {
            try context.quarantineWhole(leftover.name, reason: leftover.reason)
        }
        report.mendedTables = context.reports
    }

    private var tables: [String] { catalogue.canonicalTables.map(\.name) }

    private func needsRepair(_ schema: Schema, _ plan: Plan) -> Bool {
        !plan.pending.isEmpty || !harmfulDifferences(of: schema).isEmpty
            || !catalogue.leftovers(in: schema).isEmpty
    }

    private func requireSound() throws {
        let left = try catalogue.violations(in: connection, on: connection.readSchema())
        guard left.isEmpty else {
            throw MigrationError(
                .failed, "the repair left something broken: \(left.joined(separator: "; "))",
                nextStep: "It was rolled back whole. Please report this.")
        }
    }
}
