import CSQLite
import Migrations

/// The SQL functions that SQLite lacks and PostgreSQL has.
extension SQLiteConnection {
    func registerFunctions() throws {
        try registerChecksum()
        try registerEncodingCheck()
        try register("migration_base64") { context, value in
            let start = sqlite3_value_blob(value)
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
            setResult(context, text: Base64.encode(bytes))
        }
        try register("migration_microseconds") { context, value in
            guard let text = sqlite3_value_text(value),
                let microseconds = Timestamp.microseconds(String(cString: text))
            else { return sqlite3_result_null(context) }
            sqlite3_result_int64(context, microseconds)
        }
    }

    /// Registers `migration_checksum(value, …)`: the sum of a hash of each row, so that the order of rows does not count.
    func registerChecksum() throws {
        let code = sqlite3_create_function_v2(
            handle, "migration_checksum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            Unmanaged.passUnretained(self).toOpaque(), nil,
            { context, count, values in
                let size = Int32(MemoryLayout<UInt64>.size)
                guard let sum = sqlite3_aggregate_context(context, size)?.assumingMemoryBound(to: UInt64.self) else {
                    return sqlite3_result_error_nomem(context)
                }
                var hash = RowHash()
                for index in 0..<Int(count) { hash.combine(values?[index]) }
                sum.pointee &+= hash.value
                connection(sqlite3_user_data(context))?.observer?.count()
            },
            { context in
                // SQLite allocates no context when there was no row.
                let sum = sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UInt64.self)
                sqlite3_result_int64(context, Int64(bitPattern: sum?.pointee ?? 0))
            }, nil)
        guard code == SQLITE_OK else { throw error(code, sql: "migration_checksum") }
    }

    private func register(
        _ name: String, _ function: @escaping @convention(c) (OpaquePointer?, OpaquePointer?) -> Void
    ) throws {
        // The function itself is the user data: SQLite calls one trampoline for both.
        let code = sqlite3_create_function_v2(
            handle, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            unsafeBitCast(function, to: UnsafeMutableRawPointer.self),
            { context, _, arguments in
                let function = unsafeBitCast(
                    sqlite3_user_data(context),
                    to: (@convention(c) (OpaquePointer?, OpaquePointer?) -> Void).self)
                function(context, arguments?[0])
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: name) }
    }

    public func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String {
        let list = columns.map(\.quotedIdentifier).joined(separator: ", ")
        let sum = try integer(
            "SELECT migration_checksum(\(list)) FROM \(table.quotedIdentifier) WHERE \"id\" <= $1", [.integer(id)])
        return String(UInt64(bitPattern: sum), radix: 16)
    }
}

private func setResult(_ context: OpaquePointer?, text: String) {
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_result_text(context, text, Int32(text.utf8.count), copied)
}
