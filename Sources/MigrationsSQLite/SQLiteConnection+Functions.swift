import CSQLite
import FoundationEssentials
public import Migrations

/// The SQL functions that SQLite lacks and PostgreSQL has.
extension SQLiteConnection {
    func registerFunctions() throws {
        try registerChecksum()
        try registerEncodingCheck()
        try register("kohaku_base64") { context, value in
            let start = sqlite3_value_blob(value)
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
            setResult(context, text: Data(bytes).base64EncodedString())
        }
        try register("kohaku_microseconds") { context, value in
            guard let text = sqlite3_value_text(value),
                let microseconds = Timestamp.microseconds(String(cString: text))
            else { return sqlite3_result_null(context) }
            sqlite3_result_int64(context, microseconds)
        }
    }

    /// Registers `kohaku_checksum(value, …)`: the sum of a hash of each row, so that the order of rows does not count.
    func registerChecksum() throws {
        let code = sqlite3_create_function_v2(
            handle, "kohaku_checksum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil, nil,
            { context, count, values in
                let size = Int32(MemoryLayout<UInt64>.size)
                guard let sum = sqlite3_aggregate_context(context, size)?.assumingMemoryBound(to: UInt64.self) else {
                    return sqlite3_result_error_nomem(context)
                }
                var hash = RowHash()
                for index in 0..<Int(count) { hash.combine(values?[index]) }
                sum.pointee &+= hash.value
            },
            { context in
                // SQLite hands over no memory when there was no row.
                let sum = sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UInt64.self)
                sqlite3_result_int64(context, Int64(bitPattern: sum?.pointee ?? 0))
            }, nil)
        guard code == SQLITE_OK else { throw error(code, sql: "kohaku_checksum") }
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
            "SELECT kohaku_checksum(\(list)) FROM \(table.quotedIdentifier) WHERE \"id\" <= $1", [.integer(id)])
        return String(UInt64(bitPattern: sum), radix: 16)
    }

    public func joined(_ expression: String) -> String {
        "group_concat(\(expression), ', ')"
    }

    public func jsonObject(of columns: [Schema.Column], alias: String) -> String {
        let pairs = columns.map { column in
            let value = "\(alias).\(column.name.quotedIdentifier)"
            // In a column that is not declared as one, a blob says that it is.
            let base64 = "kohaku_base64(\(value))"
            let blob = column.type == "BLOB" ? base64 : "json_object('base64', \(base64))"
            // SQLite's JSON has 15 digits of a number; 17 tell every one from its neighbours. Infinity is no JSON.
            let real =
                "CASE WHEN abs(\(value)) < 1e999 THEN json(printf('%!.17g', \(value))) ELSE printf('%g', \(value)) END"
            return "\(column.name.quotedLiteral), "
                + "CASE typeof(\(value)) WHEN 'blob' THEN \(blob) WHEN 'real' THEN \(real) ELSE \(value) END"
        }
        // A function takes 127 arguments at most, so that a wide table takes several objects, joined at their braces.
        let objects = stride(from: 0, to: pairs.count, by: 60).map { start in
            "json_object(\(pairs[start..<min(start + 60, pairs.count)].joined(separator: ", ")))"
        }
        guard objects.count > 1 else { return objects.first ?? "'{}'" }
        let members = objects.map { "substr(\($0), 2, length(\($0)) - 2)" }
        return "'{' || \(members.joined(separator: " || ',' || ")) || '}'"
    }

    public func microseconds(_ expression: String) -> String {
        "kohaku_microseconds(\(expression))"
    }
}

private func setResult(_ context: OpaquePointer?, text: String) {
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_result_text(context, text, Int32(text.utf8.count), copied)
}
