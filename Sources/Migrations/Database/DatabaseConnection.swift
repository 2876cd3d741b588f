/// One open connection to a database. Work on it is strictly sequential, so it is deliberately not `Sendable`.
///
/// Statements use `$1`, `$2`, … for arguments in both dialects.
public protocol DatabaseConnection: AnyObject {
    /// The dialect the database speaks.
    var dialect: Dialect { get }

    /// Is told every statement before it is executed.
    var onStatement: ((String) -> Void)? { get set }

    /// When requested, the running statement is cancelled and every later one refused.
    var interruption: Interruption? { get set }

    /// Executes one or several statements separated by `;`.
    /// - Throws: ``DatabaseError``.
    func execute(_ sql: String) throws

    /// Executes one statement with arguments and returns how many rows it changed.
    /// - Throws: ``DatabaseError``.
    @discardableResult
    func execute(_ sql: String, _ arguments: [DatabaseValue]) throws -> Int

    /// Executes one query and hands over its rows one by one, so that no result is ever held whole.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func forEachRow(_ sql: String, _ arguments: [DatabaseValue], _ body: (DatabaseRow) throws -> Void) throws

    /// Reads the schema in a constant number of queries.
    /// - Parameter tables: The tables to read; `nil` for all of them, and the views.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    func readSchema(of tables: Set<String>?) throws -> Schema

    /// Runs `body` in one write transaction that no other migration can enter, with the foreign keys not enforced
    /// statement by statement but checked as a whole before the commit. Everything is rolled back when `body` throws.
    ///
    /// Nobody else writes the tables from before `body` begins until the commit; on PostgreSQL nobody else reads them either.
    /// - Parameters:
    ///   - tables: The tables that `body` reads and writes, as far as they exist. They also tell in which schema it works,
    ///     and whose the tables are that it creates: those of the first that exists.
    ///   - isRehearsal: Whether all is rolled back in place of the commit as well.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func withMigrationTransaction<Result>(
        locking tables: [String], isRehearsal: Bool, _ body: () throws -> Result
    ) throws -> Result

    /// Runs `body` in one transaction that is rolled back, so that everything it reads is of one moment and nothing it makes
    /// stays. Inside another transaction it is a part of that.
    /// - Parameter tables: The tables whose definitions stay as they are meanwhile, and that tell in which schema it works.
    func withReadTransaction<Result>(of tables: [String], _ body: () throws -> Result) throws -> Result

    /// Keeps everybody else away from a table until the present transaction ends, also where it was not among those that the
    /// transaction locked at its beginning. It waits for nobody: who came second would have readers of the others wait too.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` that names who uses it.
    func lock(_ table: String) throws

    /// Runs `body` on an empty copy of this database's schema that is gone afterwards.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws

    /// The rows of these tables that reference rows which do not exist, in words, one for each table and parent.
    func brokenReferences(from tables: [String]) throws -> [String]

    /// What else is broken though the definitions of these tables allow it, in words: indexes that do not hold their rows,
    /// sequences that give ids which are taken.
    func brokenStructures(of tables: [String]) throws -> [String]

    /// The damage to a database file that would have a migration of these tables decide wrongly or stop. A server sees to its
    /// files itself.
    func damage(to tables: [String]) throws -> [Finding]

    /// Builds the indexes of these tables anew that do not hold their rows.
    func mendIndexes(of tables: [String]) throws

    /// Adds a column: a NOT NULL one gets `fill` in the existing rows and has no default afterwards.
    /// - Parameters:
    ///   - definition: The column as SQL: `"used_bytes" BIGINT NOT NULL`.
    ///   - fill: A constant SQL expression for the existing rows.
    func addColumn(_ definition: String, fill: String?, to table: String) throws

    /// Changes columns and foreign keys of a table where they are: no row is moved, and what else the table has stays.
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
    /// ``DatabaseConnection/restoreForeignKeys(_:)``.
    func suspendForeignKeys(of tables: [String]) throws -> [SuspendedForeignKey]

    /// The foreign keys to a table's `id` from tables that ``readSchema()`` does not read, because they are in another schema.
    func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey]

    /// Puts back the foreign keys of the operator's own tables.
    func restoreForeignKeys(_ foreignKeys: [SuspendedForeignKey]) throws

    /// The highest id ever given in a table as the database itself remembers it, 0 when it does not.
    func highestGivenID(in table: String) throws -> Int64

    /// Makes sure that ids given from now on in these tables are above every present one and above `floor`.
    func advanceSequence(of table: String, past floor: Int64) throws

    /// The row of `alias` as one JSON object in SQL: its columns by name, blobs as base64.
    func jsonObject(of columns: [Schema.Column], alias: String) -> String

    /// A checksum over the contents of these columns in the rows up to an id, whatever the rows' order.
    func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String

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
    ) throws -> [(name: String, description: String)]

    /// What belongs to these tables and goes without a word with a column that it names, but for foreign keys.
    func attachments(of tables: [String]) throws -> [TableAttachment]

    /// An aggregate that joins texts with `, ` in SQL.
    func joined(_ expression: String) -> String

    /// A timestamp as whole microseconds since 1970 in SQL, NULL when it is not one.
    func microseconds(_ expression: String) -> String
}

/// A foreign key that is put back after a migration: where it is, and its definition in the database's words.
public struct SuspendedForeignKey: Sendable, Hashable {
    /// The table that holds the constraint: its name, or in SQL with its schema where that is another than the present one.
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

extension DatabaseConnection {
    /// All rows of a query: for results that are known to be small.
    public func query(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> [DatabaseRow] {
        var rows: [DatabaseRow] = []
        try forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    /// Reads the whole schema.
    /// - Throws: ``DatabaseError`` when it cannot be read.
    public func readSchema() throws -> Schema { try readSchema(of: nil) }

    /// The integer that a query of one row and one column yields, 0 for NULL or no row.
    /// - Throws: ``DatabaseError``, also for a value that is no integer: the sum of PostgreSQL's bigints is a numeric.
    public func integer(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> Int64 {
        guard let value = try query(sql, arguments).first?[0], value != .null else { return 0 }
        guard let integer = value.integer else { throw DatabaseError(.other, "\(value) is no integer", sql: sql) }
        return integer
    }

    /// What is broken though the definitions of these tables allow it, in words.
    public func violations(of tables: [String]) throws -> [String] {
        let structures = try brokenStructures(of: tables)
        do {
            return try brokenReferences(from: tables).map { "broken reference: \($0)" } + structures
        } catch let error as DatabaseError where error.kind == .damaged && !structures.isEmpty {
            return structures
        }
    }

    /// Runs `body` in one write transaction, as ``withMigrationTransaction(locking:isRehearsal:_:)`` does, and commits it.
    public func withMigrationTransaction<Result>(
        locking tables: [String], _ body: () throws -> Result
    ) throws -> Result {
        try withMigrationTransaction(locking: tables, isRehearsal: false, body)
    }

    /// Runs `body` inside the present transaction and takes back what it did.
    public func withSavepoint<Result>(_ body: () throws -> Result) throws -> Result {
        func takeBack() throws { try execute("ROLLBACK TO kohaku_look; RELEASE kohaku_look") }
        try execute("SAVEPOINT kohaku_look")
        let result: Result
        do {
            result = try body()
        } catch {
            // An error of its own would hide what happened.
            uninterrupted { try? takeBack() }
            throw error
        }
        try takeBack()
        return result
    }

    /// How many rows a table has, whatever its indexes hold.
    public func countRows(in table: String) throws -> Int64 {
        try integer("SELECT count(*) FROM \(table.quotedIdentifier) \(dialect.unindexed)")
    }
}
