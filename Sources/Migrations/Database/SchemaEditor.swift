/// Changes the tables of a database inside a migration transaction.
public protocol SchemaEditor {
    /// Locks a table exclusively until the current transaction ends, even if it was not among those that the
    /// transaction locked at its beginning. It does not wait, as that would also block readers of the other tables.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` that names who uses it.
    func lock(_ table: String) throws

    /// Adds a column: a NOT NULL one gets `backfill` in the existing rows and has no default afterwards.
    /// - Parameters:
    ///   - definition: The column as SQL: `"used_bytes" BIGINT NOT NULL`.
    ///   - backfill: A constant SQL expression for the existing rows.
    func addColumn(_ definition: String, backfill: String?, to table: String) throws

    /// Changes columns and foreign keys of a table in place: no row is moved, and everything else stays.
    /// - Throws: ``DatabaseError`` when the rows do not fit.
    func alter(_ alteration: TableAlteration) throws

    /// Drops a UNIQUE constraint of a table.
    func dropUniqueConstraint(_ constraint: Schema.UniqueConstraint, of table: Schema.Table) throws

    /// Replaces a table's columns, rows, foreign keys and indexes by those of the rebuild. What else depends on the
    /// table (triggers, views, privileges) stays.
    func rebuild(_ rebuild: TableRebuild) throws

    /// Drops every foreign key on or to these tables, so that they can be rebuilt in any order.
    ///
    /// SQLite has nothing to do: its migration transaction does not enforce them. All that were dropped are returned, for
    /// ``restoreForeignKeys(_:)``.
    func suspendForeignKeys(of tables: [String]) throws -> [SuspendedForeignKey]

    /// Restores the foreign keys of the operator's own tables.
    func restoreForeignKeys(_ foreignKeys: [SuspendedForeignKey]) throws

    /// Rebuilds the indexes of these tables, where indexes can lack rows of their table.
    func rebuildIndexes(of tables: [String]) throws

    /// Ensures that ids assigned from now on in a table are above every existing one and above `floor`.
    func advanceSequence(of table: String, past floor: Int64) throws
}

/// A database with one lock for all tables, which checks foreign keys at the end and assigns the next id, does nothing.
extension SchemaEditor {
    public func lock(_ table: String) throws {}
    public func suspendForeignKeys(of tables: [String]) throws -> [SuspendedForeignKey] { [] }
    public func restoreForeignKeys(_ foreignKeys: [SuspendedForeignKey]) throws {}
    public func advanceSequence(of table: String, past floor: Int64) throws {}
}

/// A foreign key that is restored after a migration: its table, and its definition as the database prints it.
public struct SuspendedForeignKey: Sendable, Hashable {
    /// The table that has the constraint: its name, or in SQL with its schema when that is not the current one.
    public var table: String
    /// The constraint's name.
    public var name: String
    /// The referencing columns.
    public var columns: [String]
    /// Its definition: `FOREIGN KEY (user_id) REFERENCES "user"(id)`.
    public var definition: String
    /// The comment on it.
    public var comment: String?
    /// The table in SQL.
    public var relation: String

    /// Creates a record of a foreign key.
    public init(
        table: String, name: String, columns: [String], definition: String, comment: String? = nil, relation: String
    ) {
        self.table = table
        self.name = name
        self.columns = columns
        self.definition = definition
        self.comment = comment
        self.relation = relation
    }
}
