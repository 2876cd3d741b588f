/// New definitions of a table's existing columns and foreign keys.
public struct TableAlteration: Sendable, Hashable {
    /// The table's name.
    public var table: String
    /// The new definitions of columns, matched by name. Values are not converted.
    public var columns: [ColumnDefinition]
    /// The new foreign keys: `FOREIGN KEY ("file_id") REFERENCES "file" ("id") ON DELETE SET NULL`. They replace all
    /// that the table has on the same columns.
    public var foreignKeys: [ForeignKeyDefinition]
    /// The columns that lose their foreign keys.
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

    /// The columns whose existing foreign keys are dropped.
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
