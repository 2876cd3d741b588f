/// One way in which a database's schema is not the expected one.
public struct SchemaDifference: Sendable, Hashable {
    /// What kind of thing differs.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case missingTable
        case missingColumn
        case columnType
        case columnNullability
        case columnDefault
        case primaryKey
        case missingIndex
        case indexDefinition
        /// An index or a primary key that is as it should be under another name, as conversion tools leave them.
        case indexName
        case missingForeignKey
        case foreignKeyDefinition
        case uniqueConstraint
        case autoincrement
        /// A table, column, index or UNIQUE constraint that is the operator's own: mentioned, never touched.
        case ownTable
        case ownColumn
        case ownIndex
        case ownConstraint
        /// A table that an interrupted upgrade of something else left behind.
        case leftoverTable
        /// A column that is required and not known: rows of the application cannot be written.
        case unknownRequiredColumn
        /// An index or foreign key that is not known and can refuse the application's rows.
        case unknownUniqueIndex
        case unknownForeignKey
        case constantIndex
    }

    /// What differs.
    public var kind: Kind
    /// The table.
    public var table: String
    /// The column, index or constraint, `nil` when it is the table itself.
    public var name: String?
    /// What is expected, in words or SQL.
    public var expected: String?
    /// What is there.
    public var found: String?
    /// Whether the application works with it all the same.
    public var isHarmless: Bool

    /// Creates a difference.
    /// - Parameter isHarmless: Whether the application works with it; by its kind unless told otherwise.
    public init(
        _ kind: Kind, table: String, name: String? = nil, expected: String? = nil, found: String? = nil,
        isHarmless: Bool? = nil
    ) {
        self.kind = kind
        self.table = table
        self.name = name
        self.expected = expected
        self.found = found
        self.isHarmless = isHarmless ?? kind.isHarmless
    }

    /// Whether nothing is missing, but something is there that this catalogue does not know and the application may.
    var isUnknown: Bool {
        switch kind {
        case .unknownRequiredColumn, .unknownUniqueIndex, .unknownForeignKey, .uniqueConstraint: true
        default: false
        }
    }

    /// Whether it is something of the operator's own that the application is not disturbed by.
    public var isOperatorsOwn: Bool {
        switch kind {
        case .ownTable, .ownColumn, .ownIndex, .ownConstraint: true
        default: false
        }
    }

    /// Whether a run leaves it as it is: the operator's own, and what has rows that only a repair may put into quarantine.
    public var isLeftAlone: Bool { isOperatorsOwn || kind == .leftoverTable }
}

extension SchemaDifference.Kind {
    /// Whether the application does not notice, as far as the kind alone tells.
    fileprivate var isHarmless: Bool {
        switch self {
        case .columnDefault, .autoincrement, .indexName, .leftoverTable: true
        case .ownTable, .ownColumn, .ownIndex, .ownConstraint: true
        default: false
        }
    }
}

extension SchemaDifference: CustomStringConvertible {
    public var description: String {
        let subject = name.map { "\(table).\($0)" } ?? table
        let expected = expected ?? "none"
        let found = found ?? "none"
        return switch kind {
        case .missingTable: "table \(table) is missing"
        case .missingColumn: "column \(subject) is missing"
        case .columnType: "column \(subject) is \(found), not \(expected)"
        case .columnNullability: "column \(subject) is \(found), not \(expected)"
        case .columnDefault: "column \(subject) has the default \(found), not \(expected)"
        case .primaryKey: "column \(subject) and the primary key do not belong together as they should"
        case .missingIndex: "index \(name ?? "") on \(table) (\(expected)) is missing"
        case .indexDefinition: "index \(name ?? "") is on \(table) (\(found)), not (\(expected))"
        case .indexName: "index \(expected) on \(table) is named \(found)"
        case .missingForeignKey: "foreign key \(subject) to \(expected) is missing"
        case .foreignKeyDefinition: "foreign key \(subject) is to \(found), not \(expected)"
        case .uniqueConstraint: "table \(table) has the UNIQUE constraint \(name ?? "") on (\(found))"
        case .autoincrement: "table \(table) has AUTOINCREMENT"
        case .leftoverTable: "table \(table) was left behind by an older upgrade"
        case .ownTable: "table \(table) is not one of the hub's"
        case .ownColumn: "column \(subject) is not one of the hub's"
        case .ownIndex: "index \(name ?? "") on \(table) (\(found)) is not one of the hub's"
        case .ownConstraint: "UNIQUE constraint \(name ?? "") on \(table) (\(found)) is not one of the hub's"
        case .unknownRequiredColumn: "column \(subject) is not known and takes no NULL: new rows cannot be written"
        case .unknownUniqueIndex: "unique index \(name ?? "") on \(table) (\(found)) is not known"
        case .unknownForeignKey: "foreign key \(subject) to \(found) is not known"
        case .constantIndex: "index \(name ?? "") on \(table) indexes a text constant instead of a column"
        }
    }
}
