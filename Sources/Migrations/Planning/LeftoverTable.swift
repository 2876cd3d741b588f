/// A table that an interrupted upgrade of something else may have left behind: `file_old`, `file_new`.
public struct LeftoverTable: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The table whose name it lost, or was to get.
    public var table: String
    /// The columns that tell it from a table of the operator's: those that it has in every version. Without any, its name
    /// alone tells.
    public var columns: Set<String>
    /// Whether its rows are credentials: they do not become those of the table again, for what was revoked since would be
    /// valid.
    public var holdsCredentials: Bool

    /// Describes a leftover.
    public init(_ name: String, of table: String, columns: Set<String>, holdsCredentials: Bool = false) {
        self.name = name
        self.table = table
        self.columns = columns
        self.holdsCredentials = holdsCredentials
    }

    /// Whether a schema has it, be it with some of its columns only: a table with others is the operator's own.
    func isThere(in schema: Schema) -> Bool {
        guard let found = columns(in: schema) else { return false }
        return found.isSuperset(of: columns) || columns.isSuperset(of: found)
    }

    /// Whether a schema has it with all that its rows need to become those of the table.
    func isWhole(in schema: Schema) -> Bool {
        columns(in: schema)?.isSuperset(of: columns) == true
    }

    /// Why its rows go to quarantine.
    var reason: String {
        "left behind by an older upgrade"
            + (holdsCredentials ? "; in \(table) again, what was revoked since would be valid" : "")
    }

    private func columns(in schema: Schema) -> Set<String>? {
        schema.tables[name].map { Set($0.columns.map(\.name)) }
    }
}

/// A table whose rows are under another name.
struct DisplacedTable: Hashable {
    var table: String
    /// The name.
    var leftover: String
    /// Whether an application has made an empty table of its name in the meantime.
    var isReplaced = false

    var description: String {
        "table \(table) is \(isReplaced ? "empty" : "missing"), and \(leftover) has its rows"
    }
}

extension Catalogue {
    /// The tables that died under another name while something else rebuilt them, with that name.
    /// - Parameter pending: The migrations that may need tables which the newest schema has not.
    func displacedTables(by pending: [RegisteredMigration], on schema: Schema) -> [DisplacedTable] {
        rebuiltTables(by: pending).filter { schema.tables[$0] == nil }.compactMap { table in
            leftovers(of: table, in: schema).first.map { DisplacedTable(table: table, leftover: $0.name) }
        }
    }

    /// The leftovers that hold all of a table. Where there are several, the old one comes first: it was moved away first, so
    /// that it is whole.
    func leftovers(of table: String, in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.table == table && $0.isWhole(in: schema) }
    }

    /// The leftovers that are there, in alphabetical order.
    func leftovers(in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.isThere(in: schema) }.sorted { $0.name < $1.name }
    }
}
