/// The SQL dialect a database speaks.
public enum Dialect: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgresql

    /// Replaces the few words that the dialects spell differently, so that one text of SQL serves both.
    ///
    /// | word | SQLite | PostgreSQL |
    /// | --- | --- | --- |
    /// | `{id}` | `INTEGER NOT NULL PRIMARY KEY` | `SERIAL NOT NULL PRIMARY KEY` |
    /// | `{boolean}` | `INTEGER` | `BOOLEAN` |
    /// | `{bigint}` | `INTEGER` | `BIGINT` |
    /// | `{timestamp}` | `DATETIME` | `TIMESTAMP` |
    /// | `{blob}` | `BLOB` | `BYTEA` |
    /// | `{unindexed}` | `NOT INDEXED` | |
    ///
    /// In quotes they are part of a name or a value, and stay. The last follows a table in `FROM`, where what is not found is
    /// held for missing: in a damaged file an index may lack rows that the table has.
    public func spelling(_ sql: String) -> String {
        guard sql.contains("{") else { return sql }
        return sql.replacing(/"[^"]*"|'[^']*'|\{[a-z]+\}/) { (match: Regex<Substring>.Match) -> String in
            let part = String(match.output)
            guard let word = Self.words[part] else { return part }
            return self == .sqlite ? word.sqlite : word.postgresql
        }
    }

    /// What follows a table's name so that its rows are read, not an index's.
    var unindexed: String { spelling("{unindexed}") }

    /// What lets an `INSERT` give ids itself, also where the server makes them always.
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
    public var quotedIdentifier: String {
        "\"" + replacing("\"", with: "\"\"") + "\""
    }

    /// The text as an SQL string literal, in both dialects: `it's` becomes `'it''s'`.
    public var quotedLiteral: String {
        "'" + replacing("'", with: "''") + "'"
    }
}
