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
            if plan.pending.isEmpty, differences.allSatisfy(\.isUnknown) { try requireKnown(differences) }
            for warning in plan.warnings { emit(.warning(warning)) }
            emit(.planned(plan, pending: plan.pending))
            try checkData(plan.pending, schema: schema)
            if !isRehearsal {
                try ask("the repair", "it changes tables from what was half done. Only a backup leads back.")
            }
            var repaired = report
            do {
                try withStopsNamed("the repair") {
                    try connection.withMigrationTransaction {
                        try performMissing(&repaired)
                        try converge(&repaired, isRepair: true)
                        try compare(&repaired)
                        try requireSound()
                        if isRehearsal { throw RehearsalEnd() }
                    }
                }
            } catch let error as MigrationError where error.underlying is RehearsalEnd {}
            report = repaired
            report.violations = violations
            tellMended(report)
        }
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

/// Ends a rehearsal by rolling it back.
private struct RehearsalEnd: Error {}
