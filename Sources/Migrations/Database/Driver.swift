/// What executes statements on one open database. Work on it is strictly sequential, so it is deliberately not `Sendable`.
///
/// Statements use `$1`, `$2`, … for arguments in both dialects.
public protocol Driver: AnyObject {
    /// The dialect the database speaks.
    var dialect: Dialect { get }

    /// Called with each statement before it runs.
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
}

extension Driver {
    /// All rows of a query: for results that are known to be small.
    public func query(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> [DatabaseRow] {
        var rows: [DatabaseRow] = []
        try forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    /// The integer that a query of one row and one column yields, 0 for NULL or no row.
    /// - Throws: ``DatabaseError``, also for a value that is no integer: the sum of PostgreSQL's bigints is a numeric.
    public func integer(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> Int64 {
        guard let value = try query(sql, arguments).first?[0], value != .null else { return 0 }
        guard let integer = value.integer else { throw DatabaseError(.other, "\(value) is no integer", sql: sql) }
        return integer
    }

    /// Runs `body` in one write transaction, as ``withMigrationTransaction(locking:isRehearsal:_:)`` does, and commits it.
    public func withMigrationTransaction<Result>(
        locking tables: [String], _ body: () throws -> Result
    ) throws -> Result {
        try withMigrationTransaction(locking: tables, isRehearsal: false, body)
    }

    /// Runs `body` inside the present transaction and takes back what it did.
    public func withSavepoint<Result>(_ body: () throws -> Result) throws -> Result {
        func takeBack() throws { try execute("ROLLBACK TO migration_look; RELEASE migration_look") }
        try execute("SAVEPOINT migration_look")
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
