/// Brings the tables of a database to their canonical definitions from their current state, whatever an upgrade left
/// out, did otherwise, or did twice.
struct Reconciliation {
    private let context: MigrationContext
    private let catalogue: Catalogue
    private let isRepair: Bool

    /// - Parameter isRepair: Whether rows that the canonical schema cannot hold may be quarantined, and every reference
    ///   is checked. Otherwise such rows stop it.
    init(_ context: MigrationContext, catalogue: Catalogue, isRepair: Bool) {
        self.context = context
        self.catalogue = catalogue
        self.isRepair = isRepair
    }

    /// Reconciles every table, referenced ones first.
    func run() throws {
        try context.dropConstantIndexes(of: catalogue)
        let rows = try countRows()
        let ownForeignKeys = isRepair ? try suspendForeignKeys() : []
        for definition in catalogue.canonicalTables {
            guard let present = context.schema.tables[definition.name] else {
                try context.createTable(definition.name, definition.createTable(context.dialect))
                try createIndexes(of: definition)
                continue
            }
            let differences = present.differences(from: definition.table(context.dialect))
            guard isRepair || differences.contains(where: { $0.disposition != .unmanaged }) else { continue }
            try reconcile(definition, differences)
        }
        try requireConserved(rows)
        if isRepair { try repairContents() }
        try context.connection.restoreForeignKeys(ownForeignKeys)
    }

    private func countRows() throws -> [String: Int64] {
        let names = catalogue.canonicalTables.map(\.name).filter(context.hasTable)
        return try names.reduce(into: [:]) { $0[$1] = try context.connection.countRows(in: $1) }
    }

    /// Compares every table's rows with those before: only quarantined ones may be missing.
    private func requireConserved(_ rows: [String: Int64]) throws {
        let after = try countRows()
        context.connection.begin(.proving)
        for (table, before) in rows {
            var report = TableReport(table: table)
            report.rowsIn = before
            report.quarantined = context.reports.reduce(0) { $0 + ($1.table == table ? $1.quarantined : 0) }
            report.rowsOut = after[table] ?? 0
            try context.requireConserved(report)
        }
    }

    /// Drops the foreign keys, so that quarantining a row deletes no other. Those of the newest schema are restored
    /// with their tables.
    /// - Returns: Those of the operator's own columns and tables.
    private func suspendForeignKeys() throws -> [SuspendedForeignKey] {
        let suspended = try context.connection.suspendForeignKeys(of: catalogue.canonicalTables.map(\.name))
        try context.refreshSchema(of: Set(suspended.map(\.table)))
        return suspended.filter { key in
            guard let definition = catalogue.canonicalTables.first(where: { $0.name == key.table }) else { return true }
            return !Set(definition.columns.map(\.name)).isSuperset(of: key.columns)
        }
    }

    private func reconcile(_ definition: TableDefinition, _ differences: [SchemaDifference]) throws {
        context.connection.begin(.checking, of: definition.name)
        try context.renameIndexes(of: definition.name, to: definition.table(context.dialect).indexes)
        try dropIndexes(differences, of: definition)
        try fitRows(of: definition)
        try addColumns(differences, to: definition)
        try alterColumns(differences, of: definition)
        try createIndexes(of: definition)
    }

    /// Drops redundant unique indexes and constraints, and indexes whose columns do not match their name.
    private func dropIndexes(_ differences: [SchemaDifference], of definition: TableDefinition) throws {
        for difference in differences where difference.disposition != .unrecognized {
            guard let name = difference.name, let table = context.schema.tables[definition.name] else { continue }
            switch difference.kind {
            case .indexDefinition, .unknownUniqueIndex:
                try context.connection.execute("DROP INDEX \(name.quotedIdentifier)")
            case .uniqueConstraint:
                // SQLite numbers them, and the numbers change when one is dropped.
                guard let constraint = table.uniqueConstraints.first(where: { $0.summary == difference.found }) else {
                    continue
                }
                try context.connection.dropUniqueConstraint(constraint, of: table)
            default: continue
            }
            try context.refreshSchema(of: [definition.name])
        }
    }

    /// Handles the rows that the new constraints would reject: quarantine in a repair, then backfilled values in place
    /// of NULL, and NULL in place of broken references where allowed.
    private func fitRows(of definition: TableDefinition) throws {
        guard let table = context.schema.tables[definition.name] else { return }
        let fitting = RowFitting(
            of: table, to: definition, in: context.schema, isOwner: catalogue.isOwner(definition.name),
            isThorough: isRepair)
        if let stop = MigrationError(stoppingFor: try fitting.findings(context, isRepair: isRepair)) { throw stop }
        try context.quarantineReporting(from: table, rules: fitting.rules)
        for clearing in fitting.clearings { try context.execute(clearing.statement) }
        try context.convert(fitting.conversions.filter { !$0.isImplicit }, of: definition.name)
        for backfill in fitting.backfills { try context.execute(backfill) }
    }

    private func addColumns(_ differences: [SchemaDifference], to definition: TableDefinition) throws {
        let missing = Set(differences.filter { $0.kind == .missingColumn }.compactMap(\.name))
        for column in definition.columns where missing.contains(column.name) {
            // Without rows the value is never used, but SQLite requires one.
            let unseen = context.dialect == .sqlite ? "''" : nil
            try context.addColumn(
                column.definition(context.dialect).sql, backfill: column.isNullable ? nil : column.backfill ?? unseen,
                to: definition.name)
        }
    }

    private func alterColumns(_ differences: [SchemaDifference], of definition: TableDefinition) throws {
        let kinds: Set<SchemaDifference.Kind> = [.columnType, .columnNullability, .columnDefault, .primaryKey]
        let changed = Set(differences.filter { kinds.contains($0.kind) }.compactMap(\.name))
        var columns = definition.columns.filter { changed.contains($0.name) }.map { $0.definition(context.dialect) }
        if differences.contains(where: { $0.kind == .autoincrement }), let id = definition.columns.first {
            columns.append(id.definition(context.dialect))
        }
        // An unknown column keeps its values, and no longer rejects the application's rows.
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
        try context.refreshSchema(of: [definition.name])
    }

    private func createIndexes(of definition: TableDefinition) throws {
        let missing = definition.table(context.dialect).indexes.filter {
            context.schema.tables[definition.name]?.index($0.name) == nil
        }
        for (number, index) in missing.enumerated() {
            try context.createIndex(index.sql, number + 1, of: missing.count)
        }
    }

    /// Fixes what no definition shows, and drops what older upgrades left behind.
    private func repairContents() throws {
        try context.connection.rebuildIndexes(of: catalogue.canonicalTables.map(\.name))
        for definition in catalogue.canonicalTables {
            try context.connection.advanceSequence(of: definition.name, past: 0)
        }
        for leftover in catalogue.leftovers(in: context.schema) {
            try context.quarantineWhole(leftover.name, reason: leftover.reason)
        }
    }
}
