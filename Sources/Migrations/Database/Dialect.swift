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
    /// The last follows a table in `FROM`, where what is not found is held for missing: in a damaged file an index may lack
    /// rows that the table has.
    public func spelling(_ sql: String) -> String {
        guard sql.contains("{") else { return sql }
        var result = sql
        for (word, sqlite, postgresql) in Self.words {
            result = result.replacing(word, with: self == .sqlite ? sqlite : postgresql)
        }
        return result
    }

    /// What follows a table's name so that its rows are read, not an index's.
    var unindexed: String { spelling("{unindexed}") }

    /// What lets an `INSERT` give ids itself, also where the server makes them always.
    public var keepingIDs: String { self == .sqlite ? "" : "OVERRIDING SYSTEM VALUE" }

    private static let words = [
        ("{id}", "INTEGER NOT NULL PRIMARY KEY", "SERIAL NOT NULL PRIMARY KEY"),
        ("{boolean}", "INTEGER", "BOOLEAN"),
        ("{bigint}", "INTEGER", "BIGINT"),
        ("{timestamp}", "DATETIME", "TIMESTAMP"),
        ("{blob}", "BLOB", "BYTEA"),
        ("{unindexed}", "NOT INDEXED", ""),
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
