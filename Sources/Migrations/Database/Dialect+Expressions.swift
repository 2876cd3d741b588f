/// Expressions that the dialects spell differently. Those for SQLite use functions that its connection registers.
extension Dialect {
    /// An aggregate that joins texts with `, `.
    public func stringAggregate(_ expression: String) -> String {
        "\(self == .sqlite ? "group_concat" : "string_agg")(\(expression), ', ')"
    }

    /// A timestamp as whole microseconds since 1970, NULL when it is not one of our era with a year of four digits.
    public func epochMicroseconds(_ expression: String) -> String {
        self == .sqlite
            ? "migration_microseconds(\(expression))"
            : "CASE WHEN \(expression) BETWEEN '0001-01-01' AND '9999-12-31' "
                + "THEN (extract(epoch FROM \(expression)) * 1000000)::bigint END"
    }

    /// The row of `alias` as one JSON object: its columns by name, blobs as base64.
    public func jsonObject(of columns: [Schema.Column], alias: String) -> String {
        let named = columns.map { (name: $0.name, type: $0.type, value: "\(alias).\($0.name.quotedIdentifier)") }
        guard self == .sqlite else {
            let list = named.map { "\(Self.jsonValue($0.value, of: $0.type)) AS \($0.name.quotedIdentifier)" }
            return "(SELECT row_to_json(q)::text FROM (SELECT \(list.joined(separator: ", "))) AS q)"
        }
        let pairs = named.map { name, type, value in
            // In a column that is not declared as one, a blob is marked as such.
            let base64 = "migration_base64(\(value))"
            let blob = type == "BLOB" ? base64 : "json_object('base64', \(base64))"
            // SQLite's JSON prints 15 digits of a number; 17 distinguish all of them. Infinity is not JSON.
            let real =
                "CASE WHEN abs(\(value)) < 1e999 THEN json(printf('%!.17g', \(value))) ELSE printf('%g', \(value)) END"
            return "\(name.quotedLiteral), "
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

    /// A value of a PostgreSQL type that does not nest in JSON: nested values are not released.
    private static func jsonValue(_ value: String, of type: String) -> String {
        if type == "bytea" { return "translate(encode(\(value), 'base64'), E'\\n', '')" }
        let plain = [
            "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "text", "character",
            "timestamp", "date", "time",
        ]
        let isPlain =
            !type.hasSuffix("]")
            && plain.contains { type == $0 || type.hasPrefix("\($0) ") || type.hasPrefix("\($0)(") }
        return isPlain ? value : "\(value)::text"
    }
}
