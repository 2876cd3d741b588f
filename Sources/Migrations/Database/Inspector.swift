/// What reads a database without changing it.
public protocol Inspector {
    /// Reads the schema in a constant number of queries.
    /// - Parameter tables: The tables to read; `nil` for all of them, and the views.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    func readSchema(of tables: Set<String>?) throws -> Schema

    /// The rows of these tables that reference rows which do not exist, in words, one for each table and parent.
    func brokenReferences(from tables: [String]) throws -> [String]

    /// What else is broken though the definitions of these tables allow it, in words: indexes that do not hold their rows,
    /// sequences that give ids which are taken.
    func brokenStructures(of tables: [String]) throws -> [String]

    /// The damage to a database file that would have a migration of these tables decide wrongly or stop. A server sees to its
    /// files itself.
    func damage(to tables: [String]) throws -> [Finding]

    /// What stands in the way of changing these tables: missing privileges, rows that are hidden or are another table's, too
    /// little room on the disk.
    /// - Parameter isRewriting: Whether tables are copied, which needs room.
    func obstacles(toChanging tables: [String], isRewriting: Bool) throws -> [Finding]

    /// The operator's views that would not work after changes, and on PostgreSQL also policies, triggers and generated
    /// columns, each in words: `view report`.
    /// - Parameter changes: The tables with the columns that change or go; without columns it is the table that goes.
    func dependents(on changes: [(table: String, columns: [String]?)]) throws -> [String]

    /// What has a name that a table or an index is to be created by, in words: `view report`.
    /// - Parameters:
    ///   - names: The names of tables.
    ///   - indexes: The names of indexes. One of these that is on an owner makes room for the new one.
    ///   - owners: The application's own tables.
    func occupants(
        ofTables names: [String], indexes: [String], exceptOn owners: [String]
    ) throws -> [String]

    /// What belongs to these tables and goes without a word with a column that it names, but for foreign keys.
    func attachments(of tables: [String]) throws -> [TableAttachment]

    /// The foreign keys to a table's `id` from tables that ``readSchema()`` does not read, because they are in another schema.
    func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey]

    /// How many bytes these tables take with their indexes; on SQLite, which keeps them together, the whole database.
    /// - Throws: ``DatabaseError``.
    func size(of tables: [String]) throws -> Int64

    /// The highest id ever given in a table as the database itself remembers it, 0 when it does not.
    func highestGivenID(in table: String) throws -> Int64

    /// A checksum over the contents of these columns in the rows up to an id, whatever the rows' order.
    func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String
}

extension Inspector {
    /// Reads the whole schema.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    public func readSchema() throws -> Schema { try readSchema(of: nil) }

    /// What is broken though the definitions of these tables allow it, in words.
    public func violations(of tables: [String]) throws -> [String] {
        let structures = try brokenStructures(of: tables)
        do {
            return try brokenReferences(from: tables).map { "broken reference: \($0)" } + structures
        } catch let error as DatabaseError where error.kind == .damaged && !structures.isEmpty {
            return structures
        }
    }

    /// A server sees to its files itself.
    public func damage(to tables: [String]) throws -> [Finding] { [] }

    /// A database of one schema has none.
    public func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey] { [] }
}
