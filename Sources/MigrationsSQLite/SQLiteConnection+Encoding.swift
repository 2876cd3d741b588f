import CSQLite
public import Migrations

/// Texts that are not UTF-8: SQLite stores any bytes, but reading them would change them.
extension SQLiteConnection {
    public func undecodableTexts(in tables: [String]) throws -> [Finding] {
        let schema = try readSchema(of: Set(tables))
        return try tables.compactMap { schema.tables[$0] }.filter { $0.column("id") != nil }.flatMap { table in
            let columns = table.columns.filter { $0.type != "INTEGER" && $0.type != "BLOB" }.map(\.name)
            func rows(_ columns: [String]) -> String {
                """
                FROM main.\(table.name.quotedIdentifier) NOT INDEXED
                WHERE NOT migration_is_utf8(\(columns.map(\.quotedIdentifier).joined(separator: ", ")))
                """
            }
            guard !columns.isEmpty, try integer("SELECT count(*) \(rows(columns))") > 0 else { return [Finding]() }
            return try columns.compactMap { column in
                let count = try integer("SELECT count(*) \(rows([column]))")
                guard count > 0 else { return nil }
                let bytes = "substr(hex(\(column.quotedIdentifier)), 1, 60)"
                let examples = try query(
                    "SELECT 'id ' || \"id\" || ': bytes ' || \(bytes) \(rows([column])) ORDER BY \"id\" LIMIT 5")
                return .undecodable(count, in: table.name, column, examples: examples.compactMap { $0[0].text })
            }
        }
    }

    /// Registers `migration_is_utf8(value, …)`: whether every text among the values is UTF-8.
    func registerEncodingCheck() throws {
        let code = sqlite3_create_function_v2(
            handle, "migration_is_utf8", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, count, values in
                for index in 0..<Int(count) where sqlite3_value_type(values?[index]) == SQLITE_TEXT {
                    let text = UnsafeBufferPointer(
                        start: sqlite3_value_text(values?[index]), count: Int(sqlite3_value_bytes(values?[index])))
                    // Nearly every text is ASCII, and is not made a String to see that.
                    if !isASCII(UnsafeRawBufferPointer(text)), String(validating: text, as: UTF8.self) == nil {
                        return sqlite3_result_int(context, 0)
                    }
                }
                sqlite3_result_int(context, 1)
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: "migration_is_utf8") }
    }
}

/// Whether no byte has its highest bit set.
private func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let size = MemoryLayout<UInt64>.size
    var bits: UInt64 = 0
    var offset = 0
    while offset + size <= bytes.count {
        bits |= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset += size
    }
    while offset < bytes.count {
        bits |= UInt64(bytes[offset])
        offset += 1
    }
    return bits & 0x8080_8080_8080_8080 == 0
}
