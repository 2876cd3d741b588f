/// The schema of a database at one moment: what signatures are evaluated on and what is compared.
public struct Schema: Sendable, Hashable {
    /// The dialect whose type names the schema uses.
    public var dialect: Dialect
    /// The tables by name.
    public var tables: [String: Table]

    /// Creates a schema.
    public init(dialect: Dialect, tables: [Table] = []) {
        self.dialect = dialect
        self.tables = Dictionary(tables.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Adds the tables of these names that it does not have, without columns.
    package func naming(_ names: [String]) -> Schema {
        var schema = self
        schema.tables.reserveCapacity(names.count)
        schema.tables.merge(names.lazy.map { ($0, Table(name: $0, columns: [])) }) { known, _ in known }
        return schema
    }

    /// The column of a table, `nil` when either is missing.
    public func column(_ table: String, _ column: String) -> Column? {
        tables[table]?.column(column)
    }

    /// Whether the table has the column.
    public func has(_ table: String, _ column: String) -> Bool {
        self.column(table, column) != nil
    }

    /// A table.
    public struct Table: Sendable, Hashable {
        /// The table's name.
        public var name: String
        /// The columns in their order.
        public var columns: [Column]
        /// The indexes that are not those of the primary key or of a unique constraint.
        public var indexes: [Index]
        /// The unique constraints.
        public var uniqueConstraints: [UniqueConstraint]
        /// The foreign keys.
        public var foreignKeys: [ForeignKey]
        /// The name of PostgreSQL's primary key, which is also its index's.
        public var primaryKeyName: String?
        /// Whether SQLite's AUTOINCREMENT is set.
        public var isAutoincrement: Bool

        /// Creates a table.
        public init(
            name: String,
            columns: [Column],
            indexes: [Index] = [],
            uniqueConstraints: [UniqueConstraint] = [],
            foreignKeys: [ForeignKey] = [],
            primaryKeyName: String? = nil,
            isAutoincrement: Bool = false
        ) {
            self.name = name
            self.columns = columns
            self.indexes = indexes
            self.uniqueConstraints = uniqueConstraints
            self.foreignKeys = foreignKeys
            self.primaryKeyName = primaryKeyName
            self.isAutoincrement = isAutoincrement
        }

        /// The column of this name.
        public func column(_ name: String) -> Column? {
            columns.first { $0.name == name }
        }

        /// The index of this name.
        public func index(_ name: String) -> Index? {
            indexes.first { $0.name == name }
        }
    }

    /// A column.
    public struct Column: Sendable, Hashable {
        /// The column's name.
        public var name: String
        /// The declared type in the dialect's spelling: `VARCHAR(255)`, `character varying(255)`.
        public var type: String
        /// Whether the column is nullable.
        public var isNullable: Bool
        /// The default as an SQL expression; the `nextval` of a serial column is not one.
        public var defaultValue: String?
        /// Whether the column is part of the primary key.
        public var isPrimaryKey: Bool
        /// The PostgreSQL sequence that assigns the values, if any.
        public var sequence: String?
        /// Whether the value is computed from the row's other columns; the expression is the default then.
        public var isGenerated: Bool

        /// Creates a column.
        public init(
            name: String,
            type: String,
            isNullable: Bool = true,
            defaultValue: String? = nil,
            isPrimaryKey: Bool = false,
            sequence: String? = nil,
            isGenerated: Bool = false
        ) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.defaultValue = defaultValue
            self.isPrimaryKey = isPrimaryKey
            self.sequence = sequence
            self.isGenerated = isGenerated
        }
    }

    /// An index.
    public struct Index: Sendable, Hashable {
        /// The index's name.
        public var name: String
        /// What it orders by, in order.
        public var keys: [Key]
        /// Whether equal keys are refused.
        public var isUnique: Bool
        /// Whether it is of some rows only: it has a condition.
        public var isPartial: Bool
        /// Whether it is a tree over the columns as they are: ascending, each in its own collation, and nothing else. `false` too
        /// where that was not read.
        public var isPlain: Bool
        /// The statement that makes it again; empty where it was not read.
        public var sql: String

        /// One part of an index.
        public enum Key: Sendable, Hashable {
            case column(String)
            /// An expression.
            case expression(String)
            /// The same text for every row: SQLite reads a quoted name that is not a column as a text.
            case constant(String)
        }

        /// Creates an index.
        public init(
            name: String, keys: [Key], isUnique: Bool, isPartial: Bool = false, isPlain: Bool = true, sql: String = ""
        ) {
            self.name = name
            self.keys = keys
            self.isUnique = isUnique
            self.isPartial = isPartial
            self.isPlain = isPlain
            self.sql = sql
        }

        /// Whether both surely order and refuse the same rows, under the same name.
        public func isEquivalent(to other: Index) -> Bool {
            name == other.name && isDuplicate(of: other)
        }

        /// Whether both surely order and refuse the same rows, whatever their names. Of one of some rows, or of more than plain
        /// columns, not enough is known.
        public func isDuplicate(of other: Index) -> Bool {
            [self, other].allSatisfy { $0.isPlain && !$0.isPartial } && keys == other.keys && isUnique == other.isUnique
        }

        /// The column names, `nil` when the index has an expression.
        public var columns: [String]? {
            var names: [String] = []
            for key in keys {
                guard case .column(let name) = key else { return nil }
                names.append(name)
            }
            return names
        }
    }

    /// A UNIQUE constraint of a table.
    public struct UniqueConstraint: Sendable, Hashable {
        /// The constraint's name.
        public var name: String
        /// Its columns in order.
        public var columns: [String]

        /// Creates a unique constraint.
        public init(name: String, columns: [String]) {
            self.name = name
            self.columns = columns
        }
    }

    /// A foreign key.
    public struct ForeignKey: Sendable, Hashable {
        /// The constraint's name; SQLite's need none.
        public var name: String?
        /// The referencing columns.
        public var columns: [String]
        /// The referenced table: its name, or in SQL with its schema when that is not the current one.
        public var referencedTable: String
        /// The referenced table in SQL.
        public var referencedRelation: String
        /// The referenced columns.
        public var referencedColumns: [String]
        /// What happens to the rows when the referenced one is deleted: `CASCADE`, `SET NULL`, `NO ACTION`, …
        public var onDelete: String
        /// What happens to the rows when the referenced key changes.
        public var onUpdate: String
        /// `FULL` when a key of several columns must be NULL as a whole or not at all.
        public var match: String?
        /// `DEFERRABLE` or `DEFERRABLE INITIALLY DEFERRED` when the check may wait.
        public var deferrability: String?

        /// Creates a foreign key.
        public init(
            name: String? = nil,
            columns: [String],
            referencedTable: String,
            referencedRelation: String? = nil,
            referencedColumns: [String] = ["id"],
            onDelete: String,
            onUpdate: String = "NO ACTION",
            match: String? = nil,
            deferrability: String? = nil
        ) {
            self.name = name
            self.columns = columns
            self.referencedTable = referencedTable
            self.referencedRelation = referencedRelation ?? referencedTable.quotedIdentifier
            self.referencedColumns = referencedColumns
            self.onDelete = onDelete
            self.onUpdate = onUpdate
            self.match = match
            self.deferrability = deferrability
        }

        /// Whether both constrain the rows alike, whatever their names. Ids do not change, so ON UPDATE does not
        /// matter.
        public func isEquivalent(to other: ForeignKey) -> Bool {
            columns == other.columns && referencedTable == other.referencedTable
                && referencedColumns == other.referencedColumns && onDelete == other.onDelete
                && deferrability == other.deferrability
        }
    }
}
