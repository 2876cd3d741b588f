/// Columns whose types differ from the application's.
extension MigrationContext {
    /// The conversions that columns of a table need, except those that the database makes by itself.
    public func conversions(
        of table: String, to types: [(column: String, type: TableDefinition.ColumnType)]
    ) throws -> [ColumnConversion] {
        try possibleConversions(of: table, to: types).filter { conversion in
            guard let concerned = conversion.concerned else { return !conversion.isImplicit }
            return try hasRows(in: table, where: concerned)
        }
    }

    /// Whether rows are concerned by a conversion. The answer is kept: a check and its migration ask several times.
    private func hasRows(in table: String, where concerned: String) throws -> Bool {
        let query = "SELECT EXISTS (SELECT 1 FROM \(table.quotedIdentifier) \(dialect.unindexed) WHERE \(concerned))"
        if let answer = decisions.conversions[query] { return answer }
        let answer = try connection.integer(query) == 1
        decisions.conversions[query] = answer
        return answer
    }

    private func possibleConversions(
        of table: String, to types: [(column: String, type: TableDefinition.ColumnType)]
    ) -> [ColumnConversion] {
        types.compactMap { name, type in
            schema.column(table, name).flatMap { ColumnConversion(of: $0, to: type, in: dialect) }
        }
    }

    /// The values that cannot be converted to the expected types of a table's columns, one finding per column.
    public func misfits(
        in table: String, for types: [(column: String, type: TableDefinition.ColumnType)]
    ) throws -> [Finding] {
        try possibleConversions(of: table, to: types).compactMap { conversion in
            if let concerned = conversion.concerned, try !hasRows(in: table, where: concerned) { return nil }
            return try misfits(in: table, for: conversion)
        }
    }

    /// The values that cannot be converted; `nil` when there are none.
    func misfits(in table: String, for conversion: ColumnConversion) throws -> Finding? {
        guard let misfits = conversion.misfits else { return nil }
        let (name, type) = (conversion.column.name, conversion.type.spelling(dialect))
        let value = "substr(CAST(\(name.quotedIdentifier) AS TEXT), 1, 40)"
        let condition = [conversion.concerned, misfits].compactMap { $0.map { "(\($0))" } }.joined(separator: " AND ")
        return try finding(
            .error, code: "column_values", table: table,
            about: """
                SELECT 'id ' || "id" || ': ' || coalesce(\(value), '') FROM \(table.quotedIdentifier)
                WHERE \(condition) ORDER BY "id"
                """,
            action: "Correct these values, then run again."
        ) { rows in
            conversion.concerned == nil
                ? "\(rows.counted("value")) of \(table).\(name), a \(conversion.column.type), cannot be converted to \(type)."
                : "\(rows.counted("value")) of \(table).\(name) \(rows == 1 ? "is" : "are") neither true nor false."
        }
    }

    /// Converts a table's values to the application's types.
    public func convert(_ conversions: [ColumnConversion], of table: String) throws {
        guard !conversions.isEmpty else { return }
        let name = table.quotedIdentifier
        for conversion in conversions {
            guard let concerned = conversion.concerned else { continue }
            let column = conversion.column.name.quotedIdentifier
            try connection.execute("UPDATE \(name) SET \(column) = \(conversion.value) WHERE \(concerned)")
        }
        let changes = conversions.filter { $0.concerned == nil }.flatMap { conversion in
            let column = "ALTER COLUMN \(conversion.column.name.quotedIdentifier)"
            // A default of the old type may be invalid for the new one.
            let freeing = conversion.column.defaultValue == nil ? [] : ["\(column) DROP DEFAULT"]
            return freeing + ["\(column) TYPE \(conversion.type.spelling(dialect)) USING \(conversion.value)"]
        }
        guard !changes.isEmpty else { return }
        try connection.execute("ALTER TABLE \(name) \(changes.joined(separator: ", "))")
        try refreshSchema(of: [table])
    }

    /// Makes statements of the current transaction read the values of a table as they will be converted.
    public func shadow(_ conversions: [ColumnConversion], for table: String) throws {
        guard !conversions.isEmpty, let present = schema.tables[table] else { return }
        let columns = present.columns.map { column in
            let name = column.name.quotedIdentifier
            guard let conversion = conversions.first(where: { $0.column.name == column.name }) else { return name }
            guard let concerned = conversion.concerned else { return "(\(conversion.value)) AS \(name)" }
            return "CASE WHEN \(concerned) THEN \(conversion.value) ELSE \(name) END AS \(name)"
        }
        try shadow(columns, for: table)
    }
}
