public import Migrations

/// Texts that are not UTF-8: a database with the encoding SQL_ASCII stores any bytes, but fails to return them.
extension PostgresConnection {
    public func undecodableTexts(in tables: [String]) throws -> [Finding] {
        guard try query("SHOW server_encoding").first?[0].text == "SQL_ASCII" else { return [] }
        let columns = try query(
            """
            SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attnum > 0 AND NOT a.attisdropped AND t.typcategory = 'S' AND \(isAmong("c.oid", of: tables))
                AND EXISTS (SELECT FROM pg_attribute AS k WHERE k.attrelid = c.oid AND k.attname = 'id')
            ORDER BY c.relname, a.attnum
            """)
        return try columns.compactMap { row in
            let (table, column) = try (row.text(0), row.text(1))
            let bytes = "convert_to(\(column.quotedIdentifier)::text, 'SQL_ASCII')"
            let rows = """
                FROM \(table.quotedIdentifier) WHERE encode(\(bytes), 'hex') !~ '\(Self.utf8InHex)'
                """
            let count = try integer("SELECT count(*) \(rows)")
            guard count > 0 else { return nil }
            let examples = try query(
                "SELECT 'id ' || \"id\" || ': ' || substr(encode(\(bytes), 'escape'), 1, 60) \(rows) ORDER BY \"id\" LIMIT 5"
            )
            return .undecodable(count, in: table, column, examples: examples.compactMap { $0[0].text })
        }
    }

    /// UTF-8 bytes, two hexadecimal digits each.
    private static let utf8InHex =
        "^([0-7].|(c[2-9a-f]|d.)[89ab].|e0[ab].[89ab].|e[1-9a-cef][89ab].[89ab]."
        + "|ed[89].[89ab].|f0[9ab].([89ab].){2}|f[1-3]([89ab].){3}|f48.([89ab].){2})*$"
}
