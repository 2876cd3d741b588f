import CLibPQ
public import Logging
public import Migrations

/// A connection to a PostgreSQL database over the system's `libpq`.
public final class PostgresConnection: DatabaseConnection {
    public let dialect = Dialect.postgresql
    public var onStatement: ((String) -> Void)?
    public var interruption: Interruption?
    public var observer: ActivityObserver?
    let libpq: LibPQ
    let handle: OpaquePointer
    /// What it was opened with, for the programs that connect by themselves.
    let parameters: [String: String]
    let logger: Logger
    let lockTimeout: Duration
    /// A second session, while an index is built that takes long.
    var indexProgress: IndexProgress?
    /// The error when the connection was lost.
    var lossMessage: String?
    /// A second session that sees what this one does, while this process leads.
    var leadSession: PostgresConnection?
    /// When it looks again.
    var nextObservation = ContinuousClock.now
    /// Whether a transaction begins, with attempts to get its locks: their statements are no progress.
    var isLocking = false
    /// Which tables of its schema the transaction may replace: see ``readReplaceability(of:isFilled:)``.
    var replaceability: [String: [String]] = [:]
    /// What rejected rows in the last error: its schema, its table or domain, and its name.
    var refusingConstraint: (schema: String, owner: String, name: String)?

    /// Connects to a server.
    /// - Parameters:
    ///   - parameters: libpq's keywords: `host`, `port`, `user`, `password`, `dbname`, …. Values are not percent-encoded.
    ///   - lockTimeout: How long to wait for another session's lock.
    ///   - logger: Receives every statement at trace level and the server's notices.
    /// - Throws: ``Migrations/DatabaseError`` with the server's message, or when libpq is not installed; the password is in
    ///   none.
    public init(parameters: [String: String], lockTimeout: Duration = .seconds(10), logger: Logger) throws {
        var parameters = ["connect_timeout": "10"].merging(parameters) { _, given in given }
        parameters["client_encoding"] = "UTF8"
        let libpq = try LibPQ.installed.get()
        let connection = Self.withKeywords(parameters) { libpq.PQconnectdbParams($0, $1, 0) }
        guard let connection, libpq.PQstatus(connection) == CONNECTION_OK else {
            let message = connection.map { libpq.errorMessage(of: $0) } ?? "out of memory"
            libpq.PQfinish(connection)
            throw DatabaseError(.unreachable, message.trimmingSpaces())
        }
        self.libpq = libpq
        handle = connection
        self.parameters = parameters
        self.logger = logger
        self.lockTimeout = lockTimeout
        receiveNotices()
    }

    deinit {
        libpq.PQfinish(handle)
    }

    /// Whether a server answers. To refuse a password or to have no such database is an answer; one that starts, or shuts
    /// down, gives none, nor does a name that is not known yet.
    ///
    /// It is `true` too where no attempt can be made: waiting would not help.
    public static func isAnswering(_ parameters: [String: String]) -> Bool {
        guard let libpq = try? LibPQ.installed.get() else { return true }
        let answer = withKeywords(parameters) { libpq.PQpingParams($0, $1, 0) }
        return answer != PQPING_NO_RESPONSE && answer != PQPING_REJECT
    }

    typealias CStrings = UnsafePointer<UnsafePointer<CChar>?>?

    static func withKeywords<Result>(
        _ parameters: [String: String], _ body: (CStrings, CStrings) -> Result
    ) -> Result {
        let keywords = parameters.keys.sorted()
        return withCStrings(keywords) { keywordPointers in
            withCStrings(keywords.map { parameters[$0] ?? "" }) { body(keywordPointers, $0) }
        }
    }

    /// libpq prints notices to standard error by default.
    private func receiveNotices() {
        _ = libpq.PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context else { return }
                let connection = Unmanaged<PostgresConnection>.fromOpaque(context).takeUnretainedValue()
                guard let message = connection.libpq.PQresultErrorField(result, diagnosticField("M")) else { return }
                connection.logger.info("PostgreSQL: \(String(cString: message))")
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    public func execute(_ sql: String) throws {
        try forEachResult(ofAll: sql) { _ in }
    }

    @discardableResult
    public func execute(_ sql: String, _ arguments: [DatabaseValue]) throws -> Int {
        try send(sql, arguments)
        var count = 0
        try forEachResult(of: sql) { count = libpq.PQcmdTuples($0).flatMap { Int(String(cString: $0)) } ?? 0 }
        return count
    }

    public func forEachRow(
        _ sql: String, _ arguments: [DatabaseValue], _ body: (DatabaseRow) throws -> Void
    ) throws {
        try send(sql, arguments)
        _ = libpq.PQsetSingleRowMode(handle)
        try forEachResult(of: sql) { result in
            if libpq.PQresultStatus(result) == PGRES_SINGLE_TUPLE { try body(row(of: result, at: 0)) }
        }
    }

    /// Sends several queries in one round trip.
    /// - Returns: The rows of each.
    func rows(ofEach queries: [String]) throws -> [[DatabaseRow]] {
        var rows: [[DatabaseRow]] = []
        try forEachResult(ofAll: queries.joined(separator: ";\n")) { result in
            rows.append((0..<libpq.PQntuples(result)).map { row(of: result, at: $0) })
        }
        return rows
    }

    /// Sends statements without arguments, and calls `body` with the result of each.
    private func forEachResult(ofAll sql: String, _ body: (OpaquePointer) throws -> Void) throws {
        try announce(sql)
        guard libpq.PQsendQuery(handle, sql) == 1 else { throw connectionError(sql: sql) }
        try forEachResult(of: sql, body)
    }

    private func send(_ sql: String, _ arguments: [DatabaseValue]) throws {
        try announce(sql)
        guard !arguments.contains(where: { $0.text?.utf8.contains(0) == true }) else {
            throw DatabaseError(.other, "PostgreSQL cannot store a text with the character U+0000", sql: sql)
        }
        let sent = Self.withParameters(arguments) { values in
            libpq.PQsendQueryParams(handle, sql, Int32(arguments.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw connectionError(sql: sql) }
    }

    /// Calls `body` with each result. The connection accepts no other statement until every result is fetched, so an
    /// error waits until then.
    private func forEachResult(of sql: String, _ body: (OpaquePointer) throws -> Void) throws {
        var failure: (any Error)?
        while let result = nextResult() {
            defer { libpq.PQclear(result) }
            do {
                try check(result, sql: sql)
                if failure == nil { try body(result) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        if !isLocking { observer?.advance() }
    }

    private func announce(_ sql: String) throws {
        try checkInterruption()
        logger.trace("\(sql)")
        onStatement?(sql)
    }

    private func row(of result: OpaquePointer, at number: Int32) -> DatabaseRow {
        DatabaseRow(
            (0..<libpq.PQnfields(result)).map { column in
                guard libpq.PQgetisnull(result, number, column) == 0,
                    let start = libpq.PQgetvalue(result, number, column)
                else {
                    return .null
                }
                let text = String(cString: start)
                // The object ids of the built-in types never change.
                return switch libpq.PQftype(result, column) {
                case 16: .boolean(text == "t")
                case 17: .blob(Self.bytes(ofHex: text))
                case 20, 21, 23, 26: Int64(text).map { .integer($0) } ?? .text(text)
                case 700, 701: Double(text).map { .real($0) } ?? .text(text)
                default: .text(text)
                }
            })
    }

    /// The bytes of PostgreSQL's `\x00ff` format.
    private static func bytes(ofHex text: String) -> [UInt8] {
        let digits = Array(text.utf8.dropFirst(2)).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func withParameters<Result>(
        _ arguments: [DatabaseValue], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let texts: [String?] = arguments.map { argument in
            switch argument {
            case .null: nil
            case .integer(let value): String(value)
            case .boolean(let value): value ? "true" : "false"
            case .real(let value): String(value)
            case .text(let value): value
            case .blob(let bytes):
                "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
        }
        return withCStrings(texts, body)
    }

    private func check(_ result: OpaquePointer, sql: String) throws {
        switch libpq.PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return
        default: throw error(of: result, sql: sql)
        }
    }
}
