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
    /// The referencing column.
    public var column: String
    /// The whole table constraint.
    public var sql: String

    /// Reads the column from a definition.
    /// - Precondition: It begins with `FOREIGN KEY ("column")`.
    public init(_ sql: String) {
        let parts = sql.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        precondition(
            parts.count == 3 && parts[0] == "FOREIGN KEY (" && parts[2].hasPrefix(")"),
            "a foreign key begins with FOREIGN KEY and its quoted column: \(sql)")
        self.column = String(parts[1])
        self.sql = sql
    }
}
