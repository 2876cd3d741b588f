/// Brings the tables of a database to their canonical definitions, each from what is there: whatever an upgrade left out,
/// did otherwise, or did twice.
struct Convergence {
    private let context: MigrationContext
    private let catalogue: Catalogue
    private let isRepair: Bool

    /// - Parameter isRepair: Whether rows that the canonical schema cannot hold may go to quarantine, and every reference is
    ///   looked at. Otherwise such rows stop it.
    init(_ context: MigrationContext, catalogue: Catalogue, isRepair: Bool) {
        self.context = context
        self.catalogue = catalogue
        self.isRepair = isRepair
    }

    /// Converges every table; what is referenced comes first.
    func run() throws {
        try context.dropConstantIndexes(of: catalogue)
        let rows = try countRows()
        let ownForeignKeys = isRepair ? try suspendForeignKeys() : []
        for definition in catalogue.canonicalTables {
            guard let present = context.schema.tables[definition.name] else {
                for statement in definition.statements(context.dialect) { try context.execute(statement) }
                try context.refreshSchema()
                continue
            }
            let differences = present.differences(from: definition.table(context.dialect))
            guard isRepair || differences.contains(where: { !$0.isOperatorsOwn }) else { continue }
            try converge(definition, differences)
        }
        try requireConserved(rows)
        if isRepair { try mendContents() }
        try context.connection.restoreForeignKeys(ownForeignKeys)
    }

    private func countRows() throws -> [String: Int64] {
        let names = catalogue.canonicalTables.map(\.name).filter(context.hasTable)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try context.connection.countRows(in: $0)) })
    }

    /// Holds every table against what was there: only what went to quarantine may be missing.
    private func requireConserved(_ rows: [String: Int64]) throws {
        let after = try countRows()
        for (table, before) in rows {
            var report = TableReport(table: table)
            report.rowsIn = before
            report.quarantined = context.reports.reduce(0) { $0 + ($1.table == table ? $1.quarantined : 0) }
            report.rowsOut = after[table] ?? 0
            try context.requireConserved(report)
        }
    }

    /// Takes the foreign keys away, so that a row which goes to quarantine takes none with it. Those of the newest schema
    /// come back with their tables.
    /// - Returns: Those of the operator's own columns and tables.
    private func suspendForeignKeys() throws -> [SuspendedForeignKey] {
        let suspended = try context.connection.suspendForeignKeys(of: catalogue.canonicalTables.map(\.name))
        try context.refreshSchema()
        return suspended.filter { key in
            guard let definition = catalogue.canonicalTables.first(where: { $0.name == key.table }) else { return true }
            return !Set(definition.columns.map(\.name)).isSuperset(of: key.columns)
        }
    }

    private func converge(_ definition: TableDefinition, _ differences: [SchemaDifference]) throws {
        try dropIndexes(differences, of: definition)
        try addColumns(differences, to: definition)
        try fitRows(differences, of: definition)
        try alterColumns(differences, of: definition)
        try createIndexes(of: definition)
    }

    /// Takes away what is unique where it should not be, and indexes that are on other columns than their name says.
    private func dropIndexes(_ differences: [SchemaDifference], of definition: TableDefinition) throws {
        for difference in differences {
            guard let name = difference.name, let table = context.schema.tables[definition.name] else { continue }
            switch difference.kind {
            case .indexDefinition, .unknownUniqueIndex:
                try context.execute("DROP INDEX \(name.quotedIdentifier)")
            case .uniqueConstraint:
                guard let constraint = table.uniqueConstraints.first(where: { $0.name == name }) else { continue }
                try context.connection.dropUniqueConstraint(constraint, of: table)
            default: continue
            }
            try context.refreshSchema()
        }
    }

    private func addColumns(_ differences: [SchemaDifference], to definition: TableDefinition) throws {
        let missing = Set(differences.filter { $0.kind == .missingColumn }.compactMap(\.name))
        let rows = missing.isEmpty ? 0 : try context.connection.countRows(in: definition.name)
        for column in definition.columns where missing.contains(column.name) {
            guard column.isNullable || column.zero != nil || rows == 0 else {
                throw MigrationError(
                    .checkFailed,
                    "table \(definition.name) has no column \(column.name), and nothing tells what its \(rows) row(s) had "
                        + "there",
                    nextStep: "Nothing was changed. Restore a backup, or delete the rows if they are of no use.")
            }
            // Without rows the value is never seen, but SQLite wants one.
            let unseen = context.dialect == .sqlite ? "''" : nil
            try context.addColumn(
                column.definition(context.dialect).sql, fill: column.isNullable ? nil : column.zero ?? unseen,
                to: definition.name)
        }
    }

    /// Sees to the rows that the new constraints would refuse: zeros in place of NULL, no reference where that may be, and
    /// quarantine for the rest.
    private func fitRows(_ differences: [SchemaDifference], of definition: TableDefinition) throws {
        let table = definition.name.quotedIdentifier
        var rules: [QuarantineRule] = []
        for column in definition.columns where !column.isNullable && hasNulls(column.name, differences) {
            let name = column.name.quotedIdentifier
            if let zero = column.zero {
                try context.execute("UPDATE \(table) SET \(name) = \(zero) WHERE \(name) IS NULL")
            } else {
                rules.append(
                    .rows(
                        where: "old.\(name) IS NULL", reason: "'it has no \(column.name)'",
                        summary: "they have no \(column.name)"))
            }
        }
        for column in definition.columns where isUnchecked(column, differences) {
            guard let reference = column.reference else { continue }
            let name = column.name.quotedIdentifier
            let isDangling = """
                \(name) IS NOT NULL AND \(name) NOT IN (SELECT "id" FROM \(reference.table.quotedIdentifier))
                """
            if column.isNullable {
                try context.execute("UPDATE \(table) SET \(name) = NULL WHERE \(isDangling)")
            } else {
                rules.append(
                    .rows(
                        where: isDangling, reason: "'\(reference.table) ' || old.\(name) || ' no longer exists'",
                        summary: "their \(reference.table) no longer exists"))
            }
        }
        for index in definition.indexes where index.isUnique && isMissing(index, of: definition) {
            let list = index.columns.map(\.quotedIdentifier).joined(separator: ", ")
            let isComplete = index.columns.map { "\($0.quotedIdentifier) IS NOT NULL" }.joined(separator: " AND ")
            rules.append(
                .rows(
                    where: """
                        old."id" IN (SELECT "id" FROM (
                            SELECT "id", row_number() OVER (PARTITION BY \(list) ORDER BY "id") AS place
                            FROM \(table) WHERE \(isComplete)) AS ranked WHERE place > 1)
                        """,
                    reason: "'another row has the same \(index.columns.joined(separator: ", "))'",
                    summary: "an earlier row has the same \(index.columns.joined(separator: ", "))"))
        }
        try quarantine(rules, of: definition)
    }

    private func hasNulls(_ column: String, _ differences: [SchemaDifference]) -> Bool {
        differences.contains { $0.kind == .columnNullability && $0.name == column }
    }

    private func isUnchecked(_ column: TableDefinition.Column, _ differences: [SchemaDifference]) -> Bool {
        isRepair
            || differences.contains {
                [.missingForeignKey, .foreignKeyDefinition].contains($0.kind) && $0.name == column.name
            }
    }

    private func isMissing(_ index: TableDefinition.Index, of definition: TableDefinition) -> Bool {
        let present = context.schema.tables[definition.name]
        return present?.indexes.contains { $0.isUnique && !$0.isPartial && $0.columns == index.columns } != true
    }

    private func quarantine(_ rules: [QuarantineRule], of definition: TableDefinition) throws {
        guard !rules.isEmpty, let table = context.schema.tables[definition.name] else { return }
        guard isRepair else {
            for rule in rules {
                let rows = try context.connection.integer(
                    "SELECT count(*) FROM \(table.name.quotedIdentifier) AS old WHERE \(rule.condition)")
                guard rows == 0 else {
                    throw MigrationError(
                        .schemaDiffers,
                        "\(rows) row(s) of \(table.name) cannot be kept under the current schema: \(rule.summary)",
                        nextStep: "Nothing of this was changed. To put them into quarantine: kohaku-migrate repair")
                }
            }
            return
        }
        var report = TableReport(table: table.name)
        report.rowsIn = try context.connection.countRows(in: table.name)
        report.quarantined = try context.quarantine(from: table, rules: rules)
        guard report.quarantined > 0 else { return }
        report.rowsOut = try context.connection.countRows(in: table.name)
        try context.report(report)
    }

    private func alterColumns(_ differences: [SchemaDifference], of definition: TableDefinition) throws {
        let kinds: Set<SchemaDifference.Kind> = [.columnType, .columnNullability, .columnDefault]
        let changed = Set(differences.filter { kinds.contains($0.kind) }.compactMap(\.name))
        var columns = definition.columns.filter { changed.contains($0.name) }.map { $0.definition(context.dialect) }
        if differences.contains(where: { $0.kind == .autoincrement }), let id = definition.columns.first {
            columns.append(id.definition(context.dialect))
        }
        // A column that nobody knows keeps its values, and no longer refuses the application's rows.
        for difference in differences where difference.kind == .unknownRequiredColumn {
            guard var column = context.schema.column(definition.name, difference.name ?? "") else { continue }
            column.isNullable = true
            columns.append(ColumnDefinition(column.definition))
        }
        let unreferenced = Set(
            differences.filter { [.missingForeignKey, .foreignKeyDefinition].contains($0.kind) }.compactMap(\.name))
        let alteration = TableAlteration(
            table: definition.name,
            columns: columns,
            foreignKeys: definition.columns.filter { unreferenced.contains($0.name) }.compactMap(\.foreignKey),
            unreferencing: differences.filter { $0.kind == .unknownForeignKey }.compactMap(\.name))
        guard !alteration.isEmpty else { return }
        try context.connection.alter(alteration)
        try context.refreshSchema()
    }

    private func createIndexes(of definition: TableDefinition) throws {
        for index in definition.table(context.dialect).indexes
        where context.schema.tables[definition.name]?.index(index.name) == nil {
            try context.createIndex(index.sql)
        }
    }

    /// Mends what no definition shows, and removes what older upgrades left behind.
    private func mendContents() throws {
        try context.connection.mendIndexes(of: catalogue.canonicalTables.map(\.name))
        for definition in catalogue.canonicalTables {
            try context.connection.advanceSequence(of: definition.name, past: 0)
        }
        for name in catalogue.leftoverTables.sorted() where context.hasTable(name) {
            try context.quarantineWhole(name, reason: "left behind by an older upgrade")
        }
    }
}
