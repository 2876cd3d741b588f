import Migrations

/// Columns whose types differ from the hub's, as tools that convert databases leave them. Decisions and copies would
/// fail on them, or misread them.
extension ForeignkeyRefactoring {
    /// The columns of the old tables, with the types of their values.
    func columnTypes(on schema: Schema) -> [(table: String, types: [(String, TableDefinition.ColumnType)])] {
        let tables = Self.rewrites(of: schema).map { ($0.table, Self.types(of: $0)) }
        return tables
            + (schema.tables["organization"] == nil ? [] : [("organization", Self.types(of: HubTable.user.rewrite))])
    }

    private static func types(of rewrite: TableRewrite) -> [(String, TableDefinition.ColumnType)] {
        let references = rewrite.foreignKeys.compactMap { ForeignKeyDefinition($0).column }
        let kept = rewrite.columns.map { column in
            // Rows with impossible ids are quarantined: their ids need not fit.
            (column.name, references.contains(column.name) ? .bigint : type(of: column))
        }
        let replaced = rewrite.replacedColumns.map { name -> (String, TableDefinition.ColumnType) in
            (name, ["name", "repo_full_id"].contains(name) ? .string : .bigint)
        }
        return kept + replaced
    }

    private static func type(of column: ColumnDefinition) -> TableDefinition.ColumnType {
        let words: [(String, TableDefinition.ColumnType)] = [
            ("{id}", .id), ("{boolean}", .boolean), ("{bigint}", .bigint), ("{timestamp}", .timestamp),
            ("{blob}", .blob), ("VARCHAR(255)", .string), ("TEXT", .text),
        ]
        return words.first { column.sql.contains($0.0) }?.1 ?? .integer
    }

    /// Values that the new tables cannot hold.
    func misfits(_ context: MigrationContext) throws -> [Finding] {
        try columnTypes(on: context.schema).flatMap { try context.misfits(in: $0.table, for: $0.types) }
    }

    func conversions(
        _ context: MigrationContext
    ) throws -> [(table: String, conversions: [ColumnConversion])] {
        try columnTypes(on: context.schema).compactMap { table, types in
            let conversions = try context.conversions(of: table, to: types)
            return conversions.isEmpty ? nil : (table, conversions)
        }
    }

    /// Columns that views must not use, because their types change.
    func convertedColumns(_ schema: Schema) -> [(table: String, columns: [String]?)] {
        columnTypes(on: schema).map { table, types in
            let columns = types.compactMap { name, type -> String? in
                guard let column = schema.column(table, name),
                    let conversion = ColumnConversion(of: column, to: type, in: schema.dialect)
                else { return nil }
                return conversion.isImplicit || conversion.concerned != nil ? nil : name
            }
            return (table, columns)
        }.filter { $0.columns != [] }
    }

    /// Makes decisions read the converted values, and reports which are converted.
    func shadowConvertedTables(_ context: MigrationContext) throws -> [Finding] {
        let converted = try conversions(context)
        guard !converted.isEmpty else { return [] }
        for (table, conversions) in converted { try context.shadow(conversions, for: table) }
        let examples = converted.flatMap { table, conversions in conversions.map { "\(table).\($0)" } }
        return [
            Finding(
                .notice, code: "column_type", table: "", count: Int64(examples.count),
                message:
                    """
                    \(examples.count.counted("column has", plural: "columns have")) another type than the hub gave and will be \
                    converted.
                    """,
                examples: examples)
        ]
    }
}
