extension Runner {
    /// Brings a database to the canonical schema from whatever is there, in one transaction: what is pending of the
    /// migrations, half done or not, and then every difference that is left. Rows that the schema cannot hold go to
    /// quarantine.
    /// - Parameter isRehearsal: Whether all of it is rolled back at the end, so that only the report remains.
    /// - Throws: ``MigrationError``; nothing is changed then.
    public func repair(isRehearsal: Bool = false) throws -> RunReport {
        try reporting { report in
            let schema = try withStopsNamed("reading the schema") { try connection.readSchema() }
            guard !isFresh(schema) else {
                throw MigrationError(
                    .schemaDiffers, "the database is fresh: there is nothing to repair",
                    nextStep: "To create its tables: kohaku-migrate run")
            }
            try requireOurs(schema)
            let plan = Plan(catalogue.migrations, on: schema)
            report.version = plan.version
            let violations = try connection.violations(of: tables)
            guard needsRepair(schema, plan) || !violations.isEmpty else { return }
            let differences = harmfulDifferences(of: schema)
            if plan.pending.isEmpty, differences.allSatisfy(\.isUnknown) {
                try requireKnown(differences.filter { !$0.isHarmless })
            }
            for warning in plan.warnings { emit(.warning(warning)) }
            emit(.planned(plan, pending: plan.pending))
            let displaced = try displacedTables(by: plan.pending, on: schema)
            if displaced.isEmpty { try checkData(plan.pending, of: plan, schema: schema, isRepair: true) }
            if !isRehearsal {
                try ask("the repair", "it changes tables from what was half done. Only a backup leads back.")
            }
            var repaired = report
            emit(.changing("the repair"))
            try withStopsNamed("the repair") {
                try connection.withMigrationTransaction(isRehearsal: isRehearsal) {
                    let pending = displaced.isEmpty ? plan.pending : try putBack(displaced)
                    try performMissing(pending, &repaired)
                    try converge(&repaired, isRepair: true)
                    try compare(&repaired)
                    try requireSound()
                }
            }
            report = repaired
            report.violations =
                displaced.map { table, leftover in
                    let state = schema.tables[table] == nil ? "missing" : "empty"
                    return "table \(table) is \(state), and \(leftover) has its rows"
                } + violations
            tellMended(report)
        }
    }

    /// The tables whose rows are under another name since a rebuild of something else died, also where an application has
    /// made an empty table of their name in the meantime.
    private func displacedTables(
        by pending: [RegisteredMigration], on schema: Schema
    ) throws -> [(table: String, leftover: String)] {
        try catalogue.rebuiltTables(by: pending).compactMap { table in
            let isMissing = schema.tables[table] == nil
            guard try isMissing || connection.countRows(in: table) == 0 else { return nil }
            let leftovers = catalogue.leftovers(of: table, on: schema)
            let filled = try leftovers.first { try connection.countRows(in: $0) > 0 }
            return (filled ?? (isMissing ? leftovers.first : nil)).map { (table, $0) }
        }
    }

    /// Gives tables their names again that a rebuild of something else took from them, and looks at the rows then.
    /// - Returns: What is pending after that.
    private func putBack(_ displaced: [(table: String, leftover: String)]) throws -> [RegisteredMigration] {
        let suspended = try connection.suspendForeignKeys(of: displaced.map(\.table))
        let present = try connection.readSchema().tables
        for (table, leftover) in displaced {
            if present[table] != nil { try connection.execute("DROP TABLE \(table.quotedIdentifier)") }
            try connection.execute("ALTER TABLE \(leftover.quotedIdentifier) RENAME TO \(table.quotedIdentifier)")
        }
        // The canonical ones come back with their tables.
        try connection.restoreForeignKeys(suspended.filter { !tables.contains($0.table) })
        let schema = try connection.readSchema()
        let plan = Plan(catalogue.migrations, on: schema)
        try checkData(plan.pending, of: plan, schema: schema, isRepair: true)
        return plan.pending
    }

    private var tables: [String] { catalogue.canonicalTables.map(\.name) }

    private func needsRepair(_ schema: Schema, _ plan: Plan) -> Bool {
        !plan.pending.isEmpty || !harmfulDifferences(of: schema).isEmpty
            || catalogue.leftoverTables.contains { schema.tables[$0] != nil }
    }

    private func requireSound() throws {
        let left = try connection.violations(of: tables)
        guard left.isEmpty else {
            throw MigrationError(
                .failed, "the repair left something broken: \(left.joined(separator: "; "))",
                nextStep: "It was rolled back whole. Please report this.")
        }
    }
}
