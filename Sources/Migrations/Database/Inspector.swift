/// The rows of tables at one moment: see ``Inspector/revision(of:)``.
public struct Revision: Sendable, Hashable {
    /// What the connection knows it by.
    public var token: String
    /// Whether nothing at all has changed in the database while it is the same, and not only these rows.
    public var isOfWholeDatabase: Bool

    /// Creates a revision.
    public init(token: String, isOfWholeDatabase: Bool) {
        self.token = token
        self.isOfWholeDatabase = isOfWholeDatabase
    }
}

/// Reads a database without changing it.
public protocol Inspector {
    /// Reads the schema.
    /// - Parameter tables: The tables to read; `nil` for all of them.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    func readSchema(of tables: Set<String>?) throws -> Schema

    /// Reads these tables, and of all others no more than their names: they have no columns. It need not find out which indexes
    /// are plain, nor their statements: it is for a look at whether there is something to do.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    func readSchema(detailing tables: Set<String>) throws -> Schema

    /// The rows of these tables as the current transaction sees them, and the ids ever assigned; `nil` where the connection
    /// could not tell whether they have changed, or nothing may be kept that was decided by them.
    func revision(of tables: [String]) throws -> Revision?

    /// Whether these tables, which are locked for a change, are certainly of that revision.
    func isUnchanged(_ tables: [String], since revision: Revision) throws -> Bool

    /// The rows of these tables that reference rows which do not exist, in words, one for each table and parent.
    func brokenReferences(from tables: [String]) throws -> [String]

    /// Inconsistent data that the definitions of these tables do not rule out, in words: indexes that lack rows of
    /// their table, sequences that yield ids already in use.
    func brokenStructures(of tables: [String]) throws -> [String]

    /// The damage to a database file that would make a migration of these tables stop or decide wrongly. A server
    /// checks its own files.
    /// - Parameter isThorough: Whether each entry of an index is compared with its row, which takes longer than the
    ///   migration; else the entries are counted.
    func damage(to tables: [String], isThorough: Bool) throws -> [Finding]

    /// What prevents changes of these tables: missing privileges, rows that are hidden or belong to another table, too
    /// little disk space.
    /// - Parameter isRewriting: Whether tables are copied, which needs disk space.
    func obstacles(toChanging tables: [String], isRewriting: Bool) throws -> [Finding]

    /// The texts of these tables that are not UTF-8, which cannot be read as they are.
    func undecodableTexts(in tables: [String]) throws -> [Finding]

    /// The operator's views that would break after changes, and on PostgreSQL also policies, triggers and generated
    /// columns, each in words: `view report`.
    /// - Parameter changes: The tables with the columns that change or are dropped; without columns the table is
    ///   dropped.
    func dependents(on changes: [(table: String, columns: [String]?)]) throws -> [String]

    /// Objects that already have the name of a table or an index to be created, in words: `view report`.
    /// - Parameters:
    ///   - names: The names of tables.
    ///   - indexes: The names of indexes. Such an index on an owner is replaced by the new one.
    ///   - owners: The application's own tables.
    func occupants(
        ofTables names: [String], indexes: [String], exceptOn owners: [String]
    ) throws -> [String]

    /// Where else there are tables by several of these names, which no statement finds, in words: `schema hub has 18`.
    func tablesElsewhere(_ names: [String]) throws -> [String]

    /// What belongs to these tables and is silently dropped with a column that it names, except foreign keys.
    func attachments(of tables: [String]) throws -> [TableAttachment]

    /// The foreign keys to a table's `id` from tables that ``readSchema()`` does not read, because they are in another schema.
    func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey]

    /// How many bytes these tables take with their indexes; on SQLite, which keeps them together, the whole database.
    /// - Throws: ``DatabaseError``.
    func size(of tables: [String]) throws -> Int64

    /// The highest id ever assigned in a table, as far as the database remembers it, else 0.
    func lastAssignedID(in table: String) throws -> Int64

    /// A checksum over the contents of these columns in the rows up to an id, whatever the rows' order.
    func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String
}

extension Inspector {
    /// A database without schemas has none.
    public func tablesElsewhere(_ names: [String]) throws -> [String] { [] }

    /// Reads the whole schema.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    public func readSchema() throws -> Schema { try readSchema(of: nil) }

    /// Inconsistent data that the definitions of these tables do not rule out, in words.
    public func violations(of tables: [String]) throws -> [String] {
        let structures = try brokenStructures(of: tables)
        do {
            return try brokenReferences(from: tables).map { "broken reference: \($0)" } + structures
        } catch let error as DatabaseError where error.kind == .damaged && !structures.isEmpty {
            return structures
        }
    }

    /// A server checks its own files.
    public func damage(to tables: [String], isThorough: Bool) throws -> [Finding] { [] }

    /// A database of one schema has none.
    public func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey] { [] }
}
