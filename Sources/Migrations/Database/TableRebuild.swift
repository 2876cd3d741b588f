/// What a backend needs to rebuild one table: SQL that is ready to run, and what to keep of the old table. CHECK
/// constraints always stay.
public struct TableRebuild: Sendable {
    /// The table as it is.
    public var table: Schema.Table
    /// The column definitions, the operator's own columns last.
    public var columns: [ColumnDefinition]
    /// The primary key whose values the database assigns, when the rebuild redefines it.
    public var idColumn: String?
    /// The existing columns that keep their definitions.
    public var keptColumns: [String]
    /// The generated columns.
    public var generatedColumns: [String]
    /// Table constraints: `FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE`.
    public var foreignKeys: [String]
    /// The `INSERT … SELECT` statements that fill ``stagingTable``, in order.
    public var inserts: [String]
    /// The indexes that the new table gets.
    public var indexes: [Schema.Index]
    /// The existing indexes that stay.
    public var keptIndexes: [Schema.Index]
    /// The existing UNIQUE constraints that stay.
    public var keptConstraints: [Schema.UniqueConstraint]
    /// The names of the columns that the new table no longer has.
    public var droppedColumns: [String]

    /// Creates a description of a rebuild.
    public init(
        table: Schema.Table,
        columns: [ColumnDefinition],
        idColumn: String?,
        keptColumns: [String],
        generatedColumns: [String],
        foreignKeys: [String],
        inserts: [String],
        indexes: [Schema.Index],
        keptIndexes: [Schema.Index],
        keptConstraints: [Schema.UniqueConstraint],
        droppedColumns: [String]
    ) {
        self.table = table
        self.columns = columns
        self.idColumn = idColumn
        self.keptColumns = keptColumns
        self.generatedColumns = generatedColumns
        self.foreignKeys = foreignKeys
        self.inserts = inserts
        self.indexes = indexes
        self.keptIndexes = keptIndexes
        self.keptConstraints = keptConstraints
        self.droppedColumns = droppedColumns
    }

    /// The table that the inserts fill before it takes the old one's place.
    public var stagingTable: String { Self.stagingTable(for: table.name) }

    /// The name of the table that is filled before it takes the place of `table`.
    public static func stagingTable(for table: String) -> String { "migration_new_\(table)" }
}

/// One column definition in SQL: `"user_id" INTEGER NOT NULL`.
public struct ColumnDefinition: Sendable, Hashable {
    /// The column's name; empty when the definition does not begin with one in double quotes.
    public var name: String
    /// The whole definition, beginning with the quoted name.
    public var sql: String

    /// Reads the name from a definition, which begins with it in double quotes.
    public init(_ sql: String) {
        self.name = sql.quotedName() ?? ""
        self.sql = sql
    }

    /// Refuses a definition that does not begin with a name.
    func requireReadable() throws {
        guard name.isEmpty else { return }
        throw MigrationError.unreadable(
            "a column", sql, expected: #"a column begins with its name in double quotes, "priority" INTEGER."#)
    }
}
