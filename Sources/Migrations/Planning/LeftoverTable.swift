/// A table that an interrupted older upgrade may have left behind: `file_old`, `file_new`.
public struct LeftoverTable: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The table that it was, or was to become.
    public var table: String
    /// The columns that distinguish it from the operator's tables: those that it has in every version. Without any, its
    /// name alone decides.
    public var columns: Set<String>
    /// Whether its rows are credentials: they are never restored, as revoked ones would become valid again.
    public var holdsCredentials: Bool

    /// Describes a leftover.
    public init(_ name: String, of table: String, columns: Set<String>, holdsCredentials: Bool = false) {
        self.name = name
        self.table = table
        self.columns = columns
        self.holdsCredentials = holdsCredentials
    }

    /// Whether a schema has it, even with only some of its columns: a table with other columns is the operator's own.
    func exists(in schema: Schema) -> Bool {
        guard let found = columns(in: schema) else { return false }
        return found.isSuperset(of: columns) || columns.isSuperset(of: found)
    }

    /// Whether a schema has it with all columns of the table.
    func isComplete(in schema: Schema) -> Bool {
        columns(in: schema)?.isSuperset(of: columns) == true
    }

    /// Why its rows are quarantined.
    var reason: String {
        "left behind by an older upgrade"
            + (holdsCredentials ? "; restored to \(table), revoked ones would become valid again" : "")
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
    /// Whether an application has since created an empty table with its name.
    var isReplaced = false

    var description: String {
        "table \(table) is \(isReplaced ? "empty" : "missing"), and \(leftover) has its rows"
    }
}

extension Catalogue {
    /// The tables whose rebuild by an older upgrade was interrupted, with the names that have their rows.
    /// - Parameter pending: The migrations that may need tables which the newest schema lacks.
    func displacedTables(by pending: [RegisteredMigration], on schema: Schema) -> [DisplacedTable] {
        rebuiltTables(by: pending).filter { schema.tables[$0] == nil }.compactMap { table in
            leftovers(of: table, in: schema).first.map { DisplacedTable(table: table, leftover: $0.name) }
        }
    }

    /// The leftovers that are complete. Of several, the old table comes first: it was renamed first, so it is complete.
    func leftovers(of table: String, in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.table == table && $0.isComplete(in: schema) }
    }

    /// The existing leftovers, in alphabetical order.
    func leftovers(in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.exists(in: schema) }.sorted { $0.name < $1.name }
    }
}
