/// The SQL dialect a database speaks.
public enum Dialect: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgresql

    /// Replaces the few placeholders that the dialects spell differently, so that one text of SQL serves both.
    ///
    /// | placeholder | SQLite | PostgreSQL |
    /// | --- | --- | --- |
    /// | `{id}` | `INTEGER NOT NULL PRIMARY KEY` | `SERIAL NOT NULL PRIMARY KEY` |
    /// | `{boolean}` | `INTEGER` | `BOOLEAN` |
    /// | `{bigint}` | `INTEGER` | `BIGINT` |
    /// | `{timestamp}` | `DATETIME` | `TIMESTAMP` |
    /// | `{blob}` | `BLOB` | `BYTEA` |
    /// | `{unindexed}` | `NOT INDEXED` | |
    ///
    /// In quotes they are part of a name or a value, and stay. The last follows a table in `FROM`, where a row that is
    /// not found counts as missing: in a damaged file an index may lack rows that the table has.
    public func spelling(_ sql: String) -> String {
        let (brace, quotes) = (UInt8(ascii: "{"), [UInt8(ascii: "\""), UInt8(ascii: "'")])
        guard sql.utf8.contains(brace) else { return sql }
        var text = ""
        var rest = sql[...]
        while let start = rest.utf8.firstIndex(where: { $0 == brace || quotes.contains($0) }) {
            let first = rest.utf8[start]
            let end = first == brace ? UInt8(ascii: "}") : first
            let close = rest.utf8[rest.utf8.index(after: start)...].firstIndex(of: end)
            let word = close.flatMap { first == brace ? Self.words[String(rest[start...$0])] : nil }
            // A brace without a placeholder and an unclosed quote are ordinary characters.
            let last = word != nil || first != brace ? close ?? start : start
            text += rest[..<start]
            text += word.map { self == .sqlite ? $0.sqlite : $0.postgresql } ?? String(rest[start...last])
            rest = rest[rest.utf8.index(after: last)...]
        }
        return text + rest
    }

    /// Follows a table's name so that the table is read, not an index.
    package var unindexed: String { spelling("{unindexed}") }

    /// Lets an `INSERT` specify ids, even where the server always generates them.
    public var keepingIDs: String { self == .sqlite ? "" : "OVERRIDING SYSTEM VALUE" }

    private static let words: [String: (sqlite: String, postgresql: String)] = [
        "{id}": ("INTEGER NOT NULL PRIMARY KEY", "SERIAL NOT NULL PRIMARY KEY"),
        "{boolean}": ("INTEGER", "BOOLEAN"),
        "{bigint}": ("INTEGER", "BIGINT"),
        "{timestamp}": ("DATETIME", "TIMESTAMP"),
        "{blob}": ("BLOB", "BYTEA"),
        "{unindexed}": ("NOT INDEXED", ""),
    ]
}

extension String {
    /// The name as a quoted SQL identifier, in both dialects: `user` becomes `"user"`.
    public var quotedIdentifier: String { quoted(by: "\"") }

    /// The text as an SQL string literal, in both dialects: `it's` becomes `'it''s'`.
    public var quotedLiteral: String { quoted(by: "'") }

    /// Byte by byte: to a database a quote is one whatever accent follows it, and hardly any text holds one.
    private func quoted(by quote: Unicode.Scalar) -> String {
        let byte = UInt8(ascii: quote)
        let inner =
            utf8.contains(byte)
            ? String(decoding: utf8.flatMap { $0 == byte ? [byte, byte] : [$0] }, as: UTF8.self) : self
        return "\(quote)\(inner)\(quote)"
    }
}
