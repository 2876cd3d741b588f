import Migrations

/// A JSON object of texts, numbers, booleans, nulls and blobs (`{"base64": "…"}`), without loss of digits.
enum FlatJSONObject {
    /// The members as values of a database, `nil` when the text is not such an object.
    ///
    /// SQLite's numbers have 64 bits; PostgreSQL also has wider ones, and reads every digit from a text.
    static func values(_ text: String, for dialect: Dialect) -> [String: DatabaseValue]? {
        let bytes = Array(text.utf8)
        var scanner = JSONScanner(bytes: bytes)
        guard let members = scanner.scanObject() else { return nil }
        var values: [String: DatabaseValue] = [:]
        for member in members {
            guard let value = value(bytes[member.value], for: dialect) else { return nil }
            values[member.key] = value
        }
        return values
    }

    private static func value(_ bytes: ArraySlice<UInt8>, for dialect: Dialect) -> DatabaseValue? {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            if let integer = Int64(text) { return .integer(integer) }
            if let number = Double(text) { return dialect == .sqlite ? .real(number) : .text(text) }
            if text.hasPrefix("{") { return blob(text, for: dialect) }
            guard bytes.first == UInt8(ascii: "\"") else { return nil }
            return JSONScanner.text(bytes.dropFirst().dropLast()).map { .text($0) }
        }
    }

    private static func blob(_ text: String, for dialect: Dialect) -> DatabaseValue? {
        guard let members = values(text, for: dialect), members.count == 1, let base64 = members["base64"]?.text else {
            return nil
        }
        return Base64.decode(base64).map { .blob($0) }
    }
}
