/// Executes statements on one open database. Work is strictly sequential, so it is deliberately not `Sendable`.
///
/// Statements use `$1`, `$2`, … for arguments in both dialects. On SQLite a statement may use `?` instead, which takes them in
/// order and is faster for many; the two cannot be mixed.
public protocol Driver: AnyObject {
    /// The dialect the database speaks.
    var dialect: Dialect { get }

    /// Called with each statement before it runs, but for the pragmas that tell SQLite's schema.
    var onStatement: ((String) -> Void)? { get set }

    /// When requested, the running statement is cancelled and every later one refused.
    var interruption: Interruption? { get set }

    /// Is told what the work is at.
    var observer: ActivityObserver? { get set }

    /// Executes one or several statements separated by `;`.
    /// - Throws: ``DatabaseError``.
    func execute(_ sql: String) throws

    /// Executes one statement with arguments and returns how many rows it changed.
    /// - Throws: ``DatabaseError``.
    @discardableResult
    func execute(_ sql: String, _ arguments: [DatabaseValue]) throws -> Int

    /// Executes one query and calls `body` with one row at a time, so that no result is held in memory.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func forEachRow(_ sql: String, _ arguments: [DatabaseValue], _ body: (DatabaseRow) throws -> Void) throws

    /// Runs `body` in one write transaction that no other migration can enter, with the foreign keys not enforced
    /// statement by statement but checked as a whole before the commit. Everything is rolled back when `body` throws.
    ///
    /// No other session writes the tables from before `body` begins until the commit; on PostgreSQL none reads them
    /// either.
    /// - Parameters:
    ///   - tables: The tables that `body` reads and writes, as far as they exist. They also determine the schema it works in,
    ///     and the owner of the tables it creates: that of the first that exists.
    ///   - isDryRun: Whether to roll back instead of the commit.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func withMigrationTransaction<Result>(
        locking tables: [String], isDryRun: Bool, _ body: () throws -> Result
    ) throws -> Result

    /// Runs `body` in one transaction that is rolled back, so that all it reads is one snapshot and nothing it creates
    /// stays. Inside another transaction it is a part of that.
    /// - Parameters:
    ///   - tables: The tables whose definitions are locked meanwhile, and that determine the schema it works in.
    ///   - isKept: Whether the temporary tables that it has created stay all the same, asked afterwards.
    func withReadTransaction<Result>(
        of tables: [String], isKept: () -> Bool, _ body: () throws -> Result
    ) throws -> Result
}

extension Driver {
    /// All rows of a query: for results that are known to be small.
    public func query(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> [DatabaseRow] {
        var rows: [DatabaseRow] = []
        try forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    /// The integer that a query of one row and one column yields, 0 for NULL or no row.
    /// - Throws: ``DatabaseError``, also for a non-integer value: the sum of PostgreSQL's bigints is a numeric.
    public func integer(_ sql: String, _ arguments: [DatabaseValue] = []) throws -> Int64 {
        guard let value = try query(sql, arguments).first?[0], value != .null else { return 0 }
        guard let integer = value.integer else {
            throw DatabaseError(.other, "the result is \(value.kind), not an integer", sql: sql)
        }
        return integer
    }

    /// Runs `body` in one write transaction, as ``withMigrationTransaction(locking:isDryRun:_:)`` does, and commits it.
    public func withMigrationTransaction<Result>(
        locking tables: [String], _ body: () throws -> Result
    ) throws -> Result {
        try withMigrationTransaction(locking: tables, isDryRun: false, body)
    }

    /// Runs `body` in one transaction that is rolled back, as ``withReadTransaction(of:isKept:_:)`` does.
    public func withReadTransaction<Result>(of tables: [String], _ body: () throws -> Result) throws -> Result {
        try withReadTransaction(of: tables, isKept: { false }, body)
    }

    /// Runs `body` inside the current transaction and rolls back to the state before it.
    /// - Parameter isKept: Whether what it did stays all the same, asked afterwards.
    public func withSavepoint<Result>(
        isKept: () -> Bool = { false }, _ body: () throws -> Result
    ) throws -> Result {
        func rollBackToSavepoint() throws { try execute("ROLLBACK TO migration_look; RELEASE migration_look") }
        try execute("SAVEPOINT migration_look")
        let result: Result
        do {
            result = try body()
        } catch {
            // Another error would hide the first.
            uninterrupted { try? rollBackToSavepoint() }
            throw error
        }
        try isKept() ? execute("RELEASE migration_look") : rollBackToSavepoint()
        return result
    }

    /// How many rows a table has, whatever its indexes hold.
    public func countRows(in table: String) throws -> Int64 {
        try integer("SELECT count(*) FROM \(table.quotedIdentifier) \(dialect.unindexed)")
    }
}
