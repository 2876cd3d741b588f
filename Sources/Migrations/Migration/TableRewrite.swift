/// One table's new shape, where each value comes from, and which rows cannot be kept.
///
/// The SQL is one text for both dialects, with the placeholders of ``Dialect/spelling(_:)``. Columns that the
/// description does not know are the operator's own and are carried along.
public struct TableRewrite: Sendable {
    /// The table.
    public var table: String
    /// The new columns, one definition a line.
    public var columns: [ColumnDefinition]
    /// The new foreign keys, one a line: `("user_id") REFERENCES "user" ("id") ON DELETE CASCADE`.
    public var foreignKeys: [String]
    /// The new indexes, one `CREATE INDEX` after the other.
    public var indexes: [String]
    /// The old columns that are replaced by others.
    public var replacedColumns: [String]
    /// The columns whose values may change. All others must keep their values, which is checked.
    public var changingColumns: [String]
    /// Which rows are quarantined, in order: the first rule that a row meets gives its reason. A rule that compares rows of the
    /// table must itself leave out those that earlier rules take, as all may be judged before any row is moved.
    public var quarantine: [QuarantineRule]
    /// Where the rows come from.
    public var sources: [Source]

    /// A source of rows.
    public struct Source: Sendable {
        /// What the rows are, for the report.
        public enum Kind: Sendable, Hashable {
            /// Rows of the table itself, each once.
            case kept
            /// More copies of rows of the table.
            case copied
            /// Rows of another table that become rows of this one.
            case merged(from: String)
        }

        /// What the rows are.
        public var kind: Kind
        /// What follows `FROM`; the alias `old` is the row.
        public var from: String
        /// The expressions of the columns whose values are not copied from the same column of `old`.
        public var values: [String: String]

        /// Rows of the table itself.
        public static func kept(from: String, values: [String: String] = [:]) -> Source {
            Source(kind: .kept, from: from, values: values)
        }

        /// More copies of rows of the table.
        public static func copied(from: String, values: [String: String]) -> Source {
            Source(kind: .copied, from: from, values: values)
        }

        /// Rows of another table. Columns that have no value here are NULL.
        public static func merged(table: String, from: String, values: [String: String]) -> Source {
            Source(kind: .merged(from: table), from: from, values: values)
        }
    }

    /// A description of a rewrite.
    public init(
        _ table: String,
        columns: String,
        foreignKeys: String = "",
        indexes: String,
        replaces replacedColumns: [String] = [],
        changes changingColumns: [String] = [],
        quarantine: [QuarantineRule] = [],
        from sources: [Source]? = nil
    ) {
        self.table = table
        self.columns = columns.lines.map { ColumnDefinition($0.trimmingSpaces()) }
        self.foreignKeys = foreignKeys.lines.map { "FOREIGN KEY " + $0.trimmingSpaces() }
        self.indexes = indexes.lines.reduce(into: []) { statements, line in
            let line = line.trimmingSpaces()
            if statements.isEmpty || line.hasPrefix("CREATE ") {
                statements.append(line)
            } else {
                statements[statements.count - 1] += "\n\(line)"
            }
        }
        self.replacedColumns = replacedColumns
        self.changingColumns = changingColumns
        self.quarantine = quarantine
        self.sources = sources ?? [.kept(from: "\(table.quotedIdentifier) AS old")]
    }

    /// Refuses an incomplete description.
    func requireReadable(of present: Schema.Table) throws {
        guard !columns.isEmpty else {
            throw MigrationError.unreadable(
                "a rewrite of table \(table)", "", expected: "it needs columns, one a line.")
        }
        for column in columns { try column.requireReadable() }
        for foreignKey in foreignKeys { try ForeignKeyDefinition(foreignKey).requireReadable() }
        for index in indexes { try IndexStatement(index).requireReadable() }
        let known = Set(columns.map(\.name) + present.columns.map(\.name))
        for name in sources.flatMap(\.values.keys).sorted() where !known.contains(name) {
            throw MigrationError.unreadable(
                "a rewrite of table \(table)", "a value for column \(name)",
                expected: "the table has no column of that name, neither the old one nor the new one.")
        }
    }

    /// Which rows are quarantined: the table and the conditions.
    var conditions: [String] { [table] + quarantine.map(\.condition) }

    /// The statements that create the table and its indexes, with placeholders.
    public var creation: String {
        let lines = columns.map(\.sql) + foreignKeys
        let table = "CREATE TABLE \(table.quotedIdentifier) (\n    \(lines.joined(separator: ",\n    "))\n)"
        return ([table] + indexes).joined(separator: ";\n")
    }
}

/// Rows that violate the new constraints.
public struct QuarantineRule: Sendable {
    /// Which rows, as an SQL condition on the alias `old`.
    public var condition: String
    /// Why, as an SQL expression that yields text for the row.
    public var reason: String
    /// Why, in words for all of them: `the user no longer exists`.
    public var summary: String

    /// Rows that meet a condition.
    public static func rows(where condition: String, reason: String, summary: String) -> QuarantineRule {
        QuarantineRule(condition: condition, reason: reason, summary: summary)
    }
}

extension String {
    /// The lines that are not empty.
    var lines: [Substring] { utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) } }
}
