/// Values that the schema allows but the application misreads: on SQLite, where a conversion tool wrote booleans as
/// text, `'f'` counts as true.
extension Catalogue {
    /// Inconsistent data that the schema does not rule out, in words.
    func violations(in connection: any DatabaseConnection, on schema: Schema) throws -> [String] {
        let found = try connection.violations(of: canonicalTables.map(\.name))
        do {
            return try found + mistypedValues(in: connection, on: schema)
        } catch let error as DatabaseError where error.kind == .damaged && !found.isEmpty {
            return found
        }
    }

    private func mistypedValues(in connection: any DatabaseConnection, on schema: Schema) throws -> [String] {
        var found: [String] = []
        for table in canonicalTables {
            for column in table.columns {
                guard let present = schema.column(table.name, column.name),
                    let concerned = ColumnConversion(of: present, to: column.type, in: schema.dialect)?.concerned
                else { continue }
                let rows = try connection.integer(
                    "SELECT count(*) FROM \(table.name.quotedIdentifier) WHERE \(concerned)")
                guard rows > 0 else { continue }
                found.append(
                    "mistyped values: \(rows.counted("value")) of \(table.name).\(column.name) neither 0 nor 1")
            }
        }
        return found
    }
}
