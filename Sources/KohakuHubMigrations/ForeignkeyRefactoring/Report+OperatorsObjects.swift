import Migrations

/// The operator's objects on the hub's tables that the rewrite would break or lose.
extension ForeignkeyRefactoring {
    /// The operator's tables that reference organizations, which get other ids in another table.
    func referencesToOrganizations(_ schema: Schema) -> [Finding] {
        let tables = schema.tables.values.filter { table in
            table.name != "userorganization" && table.foreignKeys.contains { $0.referencedTable == "organization" }
        }
        guard !tables.isEmpty else { return [] }
        return [
            Finding(
                .error, code: "own_reference", table: "organization", count: Int64(tables.count),
                message: """
                    \(tables.count.counted("table that is not the hub's references", plural: "tables that are not the hub's reference")) \
                    organization, which is merged into user.
                    """,
                examples: tables.map(\.name).sorted(),
                action: """
                    Add a column to each that holds the organization's name, drop those foreign keys, and run again. \
                    Organizations are users then, with other ids: look the new ids up by username, and reference user.
                    """)
        ]
    }

    /// Rows of the operator's tables that reference rows which are quarantined.
    func referencesToQuarantined(_ rewrite: TableRewrite, _ context: MigrationContext) throws -> [Finding] {
        guard !rewrite.quarantine.isEmpty else { return [] }
        let hubs = HubTable.all.map(\.name) + Self.childRows(on: context.schema).map(\.table)
        let quarantined = context.excludedRows(of: rewrite)
        let own = context.schema.tables.values.filter { !hubs.contains($0.name) }.sorted { $0.name < $1.name }
        let inside = own.flatMap { table in
            table.foreignKeys.filter {
                $0.referencedTable == rewrite.table && $0.columns.count == 1 && $0.referencedColumns == ["id"]
            }.map { (table.name, table.name.quotedIdentifier, $0.columns[0]) }
        }
        let outside = try context.connection.foreignKeys(fromOutsideTo: rewrite.table).map {
            ($0.table, $0.relation, $0.columns[0])
        }
        return try (inside + outside).compactMap { table, relation, name in
            let column = name.quotedIdentifier
            return try context.finding(
                .error, code: "own_reference", table: table,
                about: """
                    SELECT \("\(rewrite.table) ".quotedLiteral) || \(column) FROM \(relation)
                    WHERE \(column) IN (SELECT id FROM (\(quarantined)) AS quarantined)
                    ORDER BY \(column)
                    """,
                action: "Drop the foreign key, or delete those rows if they are not needed."
            ) {
                """
                \($0.counted("row")) of \(table), which is not the hub's, \($0 == 1 ? "references a row" : "reference rows") that \
                will be quarantined.
                """
            }
        }
    }

    /// Views and the like that use dropped columns, and indexes, constraints and triggers that are lost with them.
    func dependents(_ context: MigrationContext) throws -> Finding? {
        let old = Self.rewrites(of: context.schema)
        let changes = old.map { (table: $0.table, columns: Optional($0.replacedColumns)) }.filter { $0.columns != [] }
        let oldIndexes = Dictionary(uniqueKeysWithValues: HubTable.all.map { ($0.name, $0.oldIndexes) })
        let attachments = try context.attachments(lostIn: old, dropping: ["organization"], besides: oldIndexes)
        return try context.dependentsInTheWay(
            of: changes + [(table: "organization", columns: nil)] + convertedColumns(context.schema),
            losing: attachments
        ) {
            """
            \($0.counted("object depends", plural: "objects depend")) on columns that will be dropped, or on table organization.
            """
        }
    }
}
