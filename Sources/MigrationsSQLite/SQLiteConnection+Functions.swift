import CSQLite
import FoundationEssentials
public import Migrations

/// The SQL functions that SQLite lacks and PostgreSQL has.
extension SQLiteConnection {
    func registerFunctions() throws {
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

    public func jsonObject(of columns: [Schema.Column], alias: String) -> String {
        let pairs = columns.map { column in
            let value = "\(alias).\(column.name.quotedIdentifier)"
            return "\(column.name.quotedLiteral), "
                + "CASE typeof(\(value)) WHEN 'blob' THEN kohaku_base64(\(value)) ELSE \(value) END"
        }
        return "json_object(\(pairs.joined(separator: ", ")))"
    }

    public func microseconds(_ expression: String) -> String {
        "kohaku_microseconds(\(expression))"
    }
}

private func setResult(_ context: OpaquePointer?, text: String) {
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_result_text(context, text, Int32(text.utf8.count), copied)
}
