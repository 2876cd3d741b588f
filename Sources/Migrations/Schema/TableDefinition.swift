/// A table of the canonical schema, said once for both dialects: its SQL and its ``Schema/Table`` come from here.
///
/// Index and constraint names follow one rule: the table's name and the columns' names, joined by `_`.
public struct TableDefinition: Sendable {
    /// The table's name.
    public var name: String
    /// The columns in order.
    public var columns: [Column]
    /// The indexes in order.
    public var indexes: [Index]

    /// Creates a definition; the column `id` is the primary key.
    public init(_ name: String, columns: [Column], indexes: [Index] = []) {
        self.name = name
        self.columns = columns
        self.indexes = indexes
    }

    /// What a column holds.
    public enum ColumnType: Sendable, Hashable {
        /// The primary key: an integer that the database assigns.
        case id
        case integer, bigint, boolean, text, timestamp, date, blob
        /// Text of at most 255 characters.
        case string

        func spelling(_ dialect: Dialect) -> String {
            switch (self, dialect) {
            case (.id, .sqlite), (.integer, .sqlite), (.bigint, .sqlite), (.boolean, .sqlite): "INTEGER"
            case (.id, .postgresql), (.integer, .postgresql): "integer"
            case (.bigint, .postgresql): "bigint"
            case (.boolean, .postgresql): "boolean"
            case (.text, .sqlite): "TEXT"
            case (.text, .postgresql): "text"
            case (.timestamp, .sqlite): "DATETIME"
            case (.timestamp, .postgresql): "timestamp without time zone"
            case (.date, .sqlite): "DATE"
            case (.date, .postgresql): "date"
            case (.blob, .sqlite): "BLOB"
            case (.blob, .postgresql): "bytea"
            case (.string, .sqlite): "VARCHAR(255)"
            case (.string, .postgresql): "character varying(255)"
            }
        }
    }

    /// A column.
    public struct Column: Sendable, Hashable {
        var name: String
        var type: ColumnType
        var isNullable: Bool
        var reference: Reference?
        /// The value for rows that never had one, as an SQL constant; `nil` when it cannot be known.
        var backfill: String?

        /// The primary key `id`.
        public static let id = Column(name: "id", type: .id, isNullable: false)

        /// A required column.
        public static func required(_ name: String, _ type: ColumnType) -> Column {
            Column(name: name, type: type, isNullable: false)
        }

        /// A nullable column.
        public static func optional(_ name: String, _ type: ColumnType) -> Column {
            Column(name: name, type: type, isNullable: true)
        }

        /// The same column, with what rows hold that were written before it was there: what its migration filled in.
        /// - Parameter backfill: A constant in SQL: `0`.
        public func backfilled(with backfill: String) -> Column {
            var column = self
            column.backfill = backfill
            return column
        }

        /// The same column as a foreign key to the `id` of a table.
        public func references(_ table: String, onDelete: OnDelete) -> Column {
            var column = self
            column.reference = Reference(table: table, onDelete: onDelete)
            return column
        }
    }

    /// What happens to a row when the one it references is deleted.
    public enum OnDelete: String, Sendable, Hashable {
        case cascade = "CASCADE"
        case setNull = "SET NULL"
    }

    /// What a referencing column references.
    struct Reference: Sendable, Hashable {
        var table: String
        var onDelete: OnDelete
    }

    /// An index over columns.
    public struct Index: Sendable, Hashable {
        var columns: [String]
        var isUnique: Bool
        /// Which of equal rows stays, where the index is missing: what they are ordered by in SQL before their ids.
        var precedence: String?

        /// An index that allows equal rows.
        public static func on(_ columns: String...) -> Index { Index(columns: columns, isUnique: false) }

        /// An index that refuses equal rows.
        /// - Parameter precedence: Which of equal rows a repair keeps: what they are ordered by in SQL before their ids.
        public static func unique(_ columns: String..., precedence: String? = nil) -> Index {
            Index(columns: columns, isUnique: true, precedence: precedence)
        }
    }
}

extension TableDefinition.Column {
    /// The column in SQL.
    func definition(_ dialect: Dialect) -> ColumnDefinition {
        let key = name.quotedIdentifier
        guard type != .id else { return ColumnDefinition("\(key) \(dialect.spelling("{id}"))") }
        return ColumnDefinition("\(key) \(type.spelling(dialect))" + (isNullable ? "" : " NOT NULL"))
    }

    /// The column's foreign key in SQL, `nil` when it is none.
    var foreignKey: ForeignKeyDefinition? {
        reference.map {
            ForeignKeyDefinition(
                "FOREIGN KEY (\(name.quotedIdentifier)) REFERENCES \($0.table.quotedIdentifier) (\"id\") "
                    + "ON DELETE \($0.onDelete.rawValue)")
        }
    }
}

extension TableDefinition {
    /// The columns that a row cannot lack: required, without a foreign key, and not backfilled by any migration.
    public var requiredColumns: Set<String> {
        Set(columns.filter { !$0.isNullable && $0.backfill == nil && $0.reference == nil }.map(\.name))
    }

    /// What rows hold in columns that migrations filled in, as constants in SQL.
    public var backfills: [String: String] {
        columns.reduce(into: [:]) { $0[$1.name] = $1.backfill }
    }

    /// The table as the schema reader sees it when it was made from this definition.
    public func table(_ dialect: Dialect) -> Schema.Table {
        var table = shape(dialect)
        for (place, index) in indexes.enumerated() { table.indexes[place].sql = sql(of: index) }
        return table
    }

    /// The table without the statements that make its indexes: to write them takes longer than all the rest.
    func shape(_ dialect: Dialect) -> Schema.Table {
        Schema.Table(
            name: name,
            columns: columns.map { column in
                Schema.Column(
                    name: column.name,
                    type: column.type.spelling(dialect),
                    isNullable: column.isNullable,
                    isPrimaryKey: column.type == .id,
                    sequence: column.type == .id && dialect == .postgresql ? "\(name)_\(column.name)_seq" : nil
                )
            },
            indexes: indexes.map { index in
                Schema.Index(
                    name: ([name] + index.columns).joined(separator: "_"),
                    keys: index.columns.map { .column($0) },
                    isUnique: index.isUnique
                )
            },
            foreignKeys: columns.compactMap { column in
                column.reference.map { reference in
                    Schema.ForeignKey(
                        name: dialect == .postgresql ? "\(name)_\(column.name)_fkey" : nil,
                        columns: [column.name],
                        referencedTable: reference.table,
                        onDelete: reference.onDelete.rawValue
                    )
                }
            },
            primaryKeyName: dialect == .postgresql ? Schema.Table.primaryKeyName(of: name) : nil
        )
    }

    /// The statements that create the table and its indexes.
    public func statements(_ dialect: Dialect) -> [String] {
        [createTable(dialect)] + indexes.map { sql(of: $0) }
    }

    func createTable(_ dialect: Dialect) -> String {
        let lines = columns.map { $0.definition(dialect).sql } + columns.compactMap { $0.foreignKey?.sql }
        return "CREATE TABLE \(name.quotedIdentifier) (\n    " + lines.joined(separator: ",\n    ") + "\n)"
    }

    private func sql(of index: Index) -> String {
        let indexName = ([name] + index.columns).joined(separator: "_").quotedIdentifier
        let list = index.columns.map(\.quotedIdentifier).joined(separator: ", ")
        return "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(indexName) ON \(name.quotedIdentifier) (\(list))"
    }
}
