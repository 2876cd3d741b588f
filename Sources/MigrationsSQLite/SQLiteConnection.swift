import CSQLite
public import Logging
public import Migrations

/// A connection to a SQLite database file over the system's `libsqlite3`.
public final class SQLiteConnection: DatabaseConnection {
    /// How a file is opened.
    public enum Mode: Sendable {
        /// The file must exist and is not written.
        case readOnly
        /// The file must exist and not be written by anyone: no lock is taken, and no file created.
        case immutable
        /// The file must exist.
        case readWrite
        /// A missing file is created; its folder must exist.
        case create
    }

    /// The version of the system's library, such as 3.40.1.
    public static var libraryVersion: String { String(cString: sqlite3_libversion()) }

    public let dialect = Dialect.sqlite
    public var onStatement: ((String) -> Void)?
    public var interruption: Interruption?
    public var observer: ActivityObserver?
    let handle: OpaquePointer
    /// Tells this connection's ``revision(of:)`` from that of others.
    let identity = UInt64.random(in: 0...UInt64.max)
    let logger: Logger
    let lockTimeout: Duration
    /// When the current wait for a lock ends.
    var lockDeadline = ContinuousClock.now
    /// The foreign keys that were broken before any migration of this connection: they do not stop a commit.
    var knownViolations: Set<ForeignKeyViolation>?
    /// Whether the rebuild of indexes of constants was committed.
    var hasSoundIndexes = false
    /// Removes the write-ahead log after this connection is closed.
    var writer: SQLiteConnection?
    /// Whether SQLite had no complaint about any table when the file was checked.
    var isSound = false
    /// SQLite's complaints about the tables whose definitions the migration transaction edited, from before the edit.
    var complaints: [String: Set<String>] = [:]
    /// The tables as they were read last.
    var readTables: [String: Schema.Table] = [:]
    /// The statements that made them at that time.
    var readStatements: [String: TableStatements] = [:]
    /// The tables that the migration transaction wrote, by what it did to them.
    var writes = WrittenTables()

    /// Opens a database file; `:memory:` is a database in memory.
    /// - Parameters:
    ///   - path: The file.
    ///   - mode: How it is opened.
    ///   - lockTimeout: How long to wait for another process's lock.
    ///   - logger: Receives every statement at trace level, but for the pragmas that tell the schema of each table.
    /// - Throws: ``Migrations/DatabaseError`` when it cannot be opened or is not a SQLite database.
    public init(path: String, mode: Mode, lockTimeout: Duration = .seconds(10), logger: Logger) throws {
        let flags =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let name = mode == .immutable ? "file:\(path.escapedForURI)?immutable=1" : path
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close(opened)
            throw DatabaseError(.unreachable, "cannot open \(path): \(message)", code: String(code))
        }
        handle = opened
        self.logger = logger
        self.lockTimeout = lockTimeout
        watchInterruption()
        countInsertedRows()
        // In a query, an unknown quoted name is an error, not a text constant.
        _ = sqlite3_db_config_switch(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        try registerFunctions()
        trackWrites()
        if !SQLiteFile.hasTemporaryFolder { try execute("PRAGMA temp_store = MEMORY") }
        // The first read shows whether the file is a database at all.
        do {
            try forEachRow("SELECT count(*) FROM sqlite_schema", []) { _ in }
        } catch let error as DatabaseError where error.kind == .notADatabase {
            throw DatabaseError(.notADatabase, "\(path) is not a SQLite database", code: error.code)
        } catch let error as DatabaseError where error.kind == .damaged {
            throw DatabaseError(.damaged, "\(path) is damaged: \(error.message)", code: error.code)
        }
        guard mode == .readWrite || mode == .create else { return }
        if sqlite3_db_readonly(handle, "main") == 1 { throw DatabaseError(.readOnly, "\(path) cannot be written") }
    }

    /// The file, as it was opened; empty for a database in memory.
    var path: String { sqlite3_db_filename(handle, "main").map { String(cString: $0) } ?? "" }

    deinit {
        sqlite3_close_v2(handle)
    }

    public func execute(_ sql: String) throws {
        try announce(sql)
        // sqlite3_exec does the same, but does not say at which of several statements it stopped.
        try sql.withCString { text in
            var next: UnsafePointer<CChar>? = text
            while let start = next, start.pointee != 0 {
                var statement: OpaquePointer?
                var code = sqlite3_prepare_v2(handle, start, -1, &statement, &next)
                defer { sqlite3_finalize(statement) }
                // There is none where only white space or a comment is left.
                if statement != nil {
                    repeat { code = sqlite3_step(statement) } while code == SQLITE_ROW
                }
                guard code == SQLITE_OK || code == SQLITE_DONE else {
                    throw error(code, sql: sql, from: text.distance(to: start))
                }
                observer?.advance()
            }
        }
    }

    @discardableResult
    public func execute(_ sql: String, _ arguments: [DatabaseValue]) throws -> Int {
        try forEachRow(sql, arguments) { _ in }
        return Int(sqlite3_changes64(handle))
    }

    public func forEachRow(
        _ sql: String, _ arguments: [DatabaseValue], _ body: (DatabaseRow) throws -> Void
    ) throws {
        try visitRows(sql, arguments) { try body($0.row) }
    }

    /// Calls the body at each row of a statement.
    func visitRows(_ sql: String, _ arguments: [DatabaseValue], _ body: (StatementRow) throws -> Void) throws {
        try announce(sql)
        try readRows(sql, arguments, body)
        observer?.advance()
    }

    /// Calls the body at each row of a statement that is not announced.
    func readRows(_ sql: String, _ arguments: [DatabaseValue], _ body: (StatementRow) throws -> Void) throws {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        try bind(arguments, to: statement, sql: sql)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(StatementRow(statement))
            case SQLITE_DONE: return
            case let code: throw error(code, sql: sql)
            }
        }
    }

    /// - Throws: ``Migrations/DatabaseError`` when it is none, or several, which would not be executed.
    private func prepare(_ sql: String) throws -> OpaquePointer {
        var prepared: OpaquePointer?
        let rest = try sql.withCString { text in
            var end: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v2(handle, text, -1, &prepared, &end)
            guard code == SQLITE_OK, prepared != nil else { throw error(code, sql: sql) }
            return end.map { String(cString: $0) } ?? ""
        }
        guard let statement = prepared, SQLText.words(rest).allSatisfy({ $0 == ";" }) else {
            sqlite3_finalize(prepared)
            throw DatabaseError(.other, "only one statement at a time can have arguments or rows", sql: sql)
        }
        return statement
    }

    private func announce(_ sql: String) throws {
        try checkInterruption()
        logger.trace("\(sql)")
        onStatement?(sql)
    }

    private func bind(_ arguments: [DatabaseValue], to statement: OpaquePointer, sql: String) throws {
        let expected = Int(sqlite3_bind_parameter_count(statement))
        guard arguments.count >= expected else {
            throw DatabaseError(
                .other, "the statement has \(expected.counted("argument")), and \(arguments.count) were given", sql: sql
            )
        }
        // SQLite finds a name by a search through all of them.
        let isNamed = (0..<expected).contains { sqlite3_bind_parameter_name(statement, Int32($0 + 1)) != nil }
        // SQLite copies the bytes before the call returns.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (offset, argument) in arguments.enumerated() {
            let index =
                isNamed
                ? sqlite3_bind_parameter_index(statement, "$\(offset + 1)")
                : offset < expected ? Int32(offset + 1) : 0
            guard index > 0 else {
                throw DatabaseError(.other, "the statement has no argument $\(offset + 1)", sql: sql)
            }
            let code =
                switch argument {
                case .null: sqlite3_bind_null(statement, index)
                case .integer(let value): sqlite3_bind_int64(statement, index, value)
                case .boolean(let value): sqlite3_bind_int64(statement, index, value ? 1 : 0)
                case .real(let value): sqlite3_bind_double(statement, index, value)
                case .text(let value):
                    sqlite3_bind_text64(
                        statement, index, value, UInt64(value.utf8.count), copied, UInt8(SQLITE_UTF8))
                case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(statement, index, 0)
                case .blob(let bytes):
                    sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), copied)
                }
            guard code == SQLITE_OK else { throw error(code, sql: sql) }
        }
    }

    /// - Parameter start: Where in the text the statement begins that failed, in bytes.
    func error(_ code: Int32, sql: String, from start: Int = 0) -> DatabaseError {
        let offset = Int(sqlite3_error_offset(handle))
        let before = sql.utf8.prefix(start + max(offset, 0))
        return DatabaseError(
            kind(of: code),
            String(cString: sqlite3_errmsg(handle)),
            code: String(code),
            sql: sql,
            position: offset >= 0 ? String(decoding: before, as: UTF8.self).unicodeScalars.count + 1 : nil,
            details: code == Self.refusedWrite
                ? [
                    "A write was refused: by a quota, by a limit on the size of files (ulimit -f), or by a failing disk."
                ] : []
        )
    }

    /// SQLITE_IOERR_WRITE, which Swift does not import.
    private static let refusedWrite = SQLITE_IOERR | 3 << 8

    private func kind(of code: Int32) -> DatabaseError.Kind {
        if code == Self.refusedWrite { return .full }
        return switch code & 0xff {
        case SQLITE_BUSY where isInterrupted: .interrupted
        case SQLITE_BUSY, SQLITE_LOCKED: .locked
        case SQLITE_READONLY: .readOnly
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CORRUPT: .damaged
        case SQLITE_CANTOPEN: .unreachable
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_FULL: .full
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_PERM, SQLITE_AUTH: .notPermitted
        default: .other
        }
    }
}

extension String {
    fileprivate var escapedForURI: String {
        let escapes: [Unicode.Scalar: String] = ["%": "%25", "?": "%3f", "#": "%23"]
        return unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
    }
}
