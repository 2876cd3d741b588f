/// One difference of a database's schema from the expected one.
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
        /// An index or a primary key that matches except for its name, as conversion tools leave them.
        case indexName
        case missingForeignKey
        case foreignKeyDefinition
        case uniqueConstraint
        case autoincrement
        /// A table, column, index or UNIQUE constraint that is the operator's own.
        case ownTable
        case ownColumn
        case ownIndex
        case ownConstraint
        /// A table that an interrupted older upgrade left behind.
        case leftoverTable
        /// An unknown required column: the application cannot insert rows.
        case unknownRequiredColumn
        /// An unknown index or foreign key that can reject the application's rows.
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
    /// What exists.
    public var found: String?
    /// Who resolves it.
    public var disposition: Disposition

    /// Who resolves a difference.
    public enum Disposition: Sendable, Hashable {
        /// A run or a repair reconciles it: the application does not work with it.
        case reconciled
        /// A run or a repair reconciles it, although the application works with it.
        case harmless
        /// It is redundant: a run or a repair drops it.
        case redundant
        /// It can reject the application's rows, and a newer application may need it: it is never dropped.
        case unrecognized
        /// An interrupted older upgrade left it behind: only a repair quarantines its rows.
        case leftover
        /// It is the operator's own: reported, never changed.
        case unmanaged
    }

    /// Creates a difference.
    /// - Parameter disposition: Who resolves it; by its kind unless given.
    public init(
        _ kind: Kind, table: String, name: String? = nil, expected: String? = nil, found: String? = nil,
        disposition: Disposition? = nil
    ) {
        self.kind = kind
        self.table = table
        self.name = name
        self.expected = expected
        self.found = found
        self.disposition = disposition ?? kind.disposition
    }

    /// Whether the application works with it regardless.
    public var isHarmless: Bool { disposition != .reconciled && disposition != .unrecognized }

    /// Whether a run reconciles it, or stops at it.
    public var concernsRun: Bool { disposition != .unmanaged && disposition != .leftover }

    /// Whether a table that is there is changed when it is reconciled.
    var altersTable: Bool { ![.missingTable, .missingIndex, .indexName].contains(kind) }
}

extension SchemaDifference.Kind {
    /// Who resolves a difference, by its kind.
    fileprivate var disposition: SchemaDifference.Disposition {
        switch self {
        case .columnDefault, .autoincrement, .indexName: .harmless
        case .leftoverTable: .leftover
        case .ownTable, .ownColumn, .ownIndex, .ownConstraint: .unmanaged
        case .unknownRequiredColumn, .unknownUniqueIndex, .unknownForeignKey, .uniqueConstraint: .unrecognized
        default: .reconciled
        }
    }
}

extension SchemaDifference: CustomStringConvertible {
    public var description: String { description(Vocabulary()) }

    /// The difference in words about an application.
    public func description(_ words: Vocabulary) -> String {
        let subject = name.map { "\(table).\($0)" } ?? table
        let expected = expected ?? "none"
        let found = found ?? "none"
        let foreign = "is not part of the \(words.name)'s schema"
        return switch kind {
        case .missingTable: "table \(table) is missing"
        case .missingColumn: "column \(subject) is missing"
        case .columnType: "column \(subject) is \(found), not \(expected)"
        case .columnNullability: "column \(subject) is \(found), not \(expected)"
        case .columnDefault: "column \(subject) has the default \(found), not \(expected)"
        case .primaryKey: "column \(subject) does not match the expected primary key"
        case .missingIndex: "index \(name ?? "") on \(table) (\(expected)) is missing"
        case .indexDefinition: "index \(name ?? "") is on \(table) (\(found)), not (\(expected))"
        case .indexName: "index \(expected) on \(table) is named \(found)"
        case .missingForeignKey: "foreign key \(subject) to \(expected) is missing"
        case .foreignKeyDefinition: "foreign key \(subject) is to \(found), not \(expected)"
        case .uniqueConstraint: "table \(table) has the UNIQUE constraint \(name ?? "") on (\(found))"
        case .autoincrement: "table \(table) has AUTOINCREMENT"
        case .leftoverTable: "table \(table) was left behind by an older upgrade"
        case .ownTable: "table \(table) \(foreign)"
        case .ownColumn: "column \(subject) \(foreign)"
        case .ownIndex: "index \(name ?? "") on \(table) (\(found)) \(foreign)"
        case .ownConstraint: "UNIQUE constraint \(name ?? "") on \(table) (\(found)) \(foreign)"
        case .unknownRequiredColumn: "column \(subject) is unknown and NOT NULL: new rows cannot be inserted"
        case .unknownUniqueIndex: "unique index \(name ?? "") on \(table) (\(found)) is unknown"
        case .unknownForeignKey: "foreign key \(subject) to \(found) is unknown"
        case .constantIndex: "index \(name ?? "") on \(table) indexes a text constant instead of a column"
        }
    }
}
