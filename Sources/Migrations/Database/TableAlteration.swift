/// New definitions of columns and foreign keys that a table has already.
public struct TableAlteration: Sendable, Hashable {
    /// The table's name.
    public var table: String
    /// The columns as they shall be; each takes the place of the one of its name. Their kind of value stays the same.
    public var columns: [ColumnDefinition]
    /// The foreign keys as they shall be: `FOREIGN KEY ("file_id") REFERENCES "file" ("id") ON DELETE SET NULL`. They take
    /// the place of all that the table has on the same columns.
    public var foreignKeys: [ForeignKeyDefinition]
    /// The columns that shall reference nothing.
    public var unreferencing: [String]

    /// Creates a description of a change.
    public init(
        table: String,
        columns: [ColumnDefinition] = [],
        foreignKeys: [ForeignKeyDefinition] = [],
        unreferencing: [String] = []
    ) {
        self.table = table
        self.columns = columns
        self.foreignKeys = foreignKeys
        self.unreferencing = unreferencing
    }

    /// Whether it changes nothing.
    public var isEmpty: Bool { columns.isEmpty && foreignKeys.isEmpty && unreferencing.isEmpty }

    /// The columns whose present foreign keys go.
    public var unreferencedColumns: [String] { foreignKeys.map(\.column) + unreferencing }
}

/// A foreign key on one column in SQL: `FOREIGN KEY ("file_id") REFERENCES "file" ("id") ON DELETE SET NULL`.
public struct ForeignKeyDefinition: Sendable, Hashable {
    /// The referencing column; empty when the definition does not begin with `FOREIGN KEY ("column")`.
    public var column: String
    /// The whole table constraint.
    public var sql: String

    /// Reads the column from a definition, which begins with `FOREIGN KEY ("column")`.
    public init(_ sql: String) {
        let column = sql.quotedName(after: "FOREIGN KEY (") ?? ""
        self.column = sql.hasPrefix("FOREIGN KEY (\(column.quotedIdentifier))") ? column : ""
        self.sql = sql
    }

    /// Refuses a definition that does not begin with one column.
    func requireReadable() throws {
        guard column.isEmpty else { return }
        throw MigrationError.unreadable(
            "a foreign key", sql,
            expected: #"("user_id") REFERENCES "user" ("id") ON DELETE CASCADE, each name in double quotes."#)
    }
}
