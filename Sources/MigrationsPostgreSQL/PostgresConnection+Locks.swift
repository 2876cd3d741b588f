import CLibPQ
import Migrations

extension PostgresConnection {
    /// What a transaction does with its tables.
    enum Access {
        /// It reads them: only their definitions are locked.
        case look
        /// It changes them: no other session reads or writes them.
        case change
    }

    /// This tool's own number for `pg_try_advisory_xact_lock`: the letters `kohakumi`.
    private static let advisoryLock: Int64 = 0x6b6f_6861_6b75_6d69

    /// How long one attempt to lock may take. While it waits, every later reader of the tables waits too.
    private static let longestTry = Duration.milliseconds(500)
    /// How long one attempt takes at least, however little time is left.
    private static let shortestTry = Duration.milliseconds(50)

    /// Begins a transaction, takes its locks, and sets the schema of its tables.
    ///
    /// A failed attempt is rolled back, so that nothing waits for it, and repeated until the lock timeout expires. A
    /// read-only transaction takes its snapshot after the locks, so it sees all earlier commits.
    /// - Throws: ``Migrations/DatabaseError``; one of the kind ``Migrations/DatabaseError/Kind/locked`` names who holds
    ///   the way.
    func begin(_ access: Access, on tables: [String]) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + lockTimeout
        isLocking = true
        defer { isLocking = false }
        replaceability = [:]
        while true {
            let home = try locateTables(of: tables)
            if access == .change { try requireWritable(home) }
            do {
                let left = min(max(deadline - clock.now, Self.shortestTry), Self.longestTry)
                try execute(beginning(access, in: home, tryingFor: left))
                if access == .change { try takeMigrationLock() }
                guard !tables.isEmpty else { return }
                try lockTables(access, of: home)
                let now = try locateTables(of: tables)
                if (now.schema, now.tables) == (home.schema, home.tables) { return }
                throw DatabaseError(.locked, "a table was created or dropped before it could be locked", code: "55P03")
            } catch let error as DatabaseError where Self.isRetryable(error) {
                rollBack()
                guard clock.now < deadline else { throw try locked(access, home) }
                try waitForNextAttempt()
            } catch {
                rollBack()
                throw error
            }
        }
    }

    private func requireWritable(_ home: Home) throws {
        if home.isStandby { throw Self.standby }
        if home.isReadOnly {
            throw DatabaseError(
                .readOnly, "default_transaction_read_only is on: the change would be in a read-only transaction",
                code: "25006",
                details: [Self.readOnlyAdvice])
        }
    }

    static let standby = DatabaseError(
        .readOnly, "this server is a read-only standby: connect to the primary", code: "25006")

    static let readOnlyAdvice =
        "To lift it: ALTER DATABASE … RESET default_transaction_read_only, or ALTER ROLE … the same."

    /// The statements that begin a transaction; none of them takes a snapshot.
    private func beginning(_ access: Access, in home: Home, tryingFor limit: Duration) -> String {
        let level = access == .look ? "REPEATABLE READ" : "READ COMMITTED"
        let path = home.schema.quotedIdentifier + (home.path.isEmpty ? "" : ", \(home.path)")
        let settings = Self.settings(version: libpq.PQserverVersion(handle)).map { name, value in
            "SET LOCAL \(name) = \(value.quotedLiteral)"
        }
        // Or the locks of a process that was killed are held until its statement is done.
        let watch = home.noticesLostClients ? ["SET LOCAL client_connection_check_interval = '1s'"] : []
        let statements =
            ["BEGIN ISOLATION LEVEL \(level)" + (home.isStandby ? "" : ", READ WRITE")] + settings + watch + [
                "SET LOCAL search_path = \(path)",
                // For later waits: those for tables of the operator's that are not among the locked ones.
                "SET LOCAL lock_timeout = \(max(1, lockTimeout.milliseconds))",
                // Unlike lock_timeout it limits the wait for all tables together.
                "SET LOCAL statement_timeout = \(home.tables.isEmpty ? 0 : limit.milliseconds)",
            ]
        return statements.joined(separator: "; ")
    }

    /// The lock belongs to the transaction, so a crash cannot leak it and a pooler cannot misplace it.
    private func takeMigrationLock() throws {
        let isTaken = try query("SELECT pg_try_advisory_xact_lock($1)", [.integer(Self.advisoryLock)])
        guard isTaken.first?[0].boolean == true else {
            throw DatabaseError(.locked, "another migration of this database is running", code: "55P03")
        }
    }

    /// Locks the tables and, for a change, those that reference them, always in the same order.
    private func lockTables(_ access: Access, of home: Home) throws {
        // A query here would take the snapshot of a read-only transaction too early.
        let tables =
            access == .look
            ? home.tables.filter { !home.unreadableTables.contains($0) }.map(home.qualified)
            : try tablesToChange(of: home)
        let lock = tables.isEmpty ? "" : Self.lockStatement(access, tables) + "; "
        try execute(lock + "SET LOCAL statement_timeout = 0")
    }

    /// The tables, and the operator's own that reference them or that they reference: foreign keys are dropped and
    /// recreated.
    private func tablesToChange(of home: Home) throws -> [String] {
        guard !home.tables.isEmpty else { return [] }
        let own = home.tables.map { "\(home.qualified($0).quotedLiteral)::regclass" }.joined(separator: ", ")
        return try query(
            """
            SELECT n.nspname, c.relname
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.oid IN (\(own)) OR (pg_has_role(c.relowner, 'USAGE') AND c.oid IN (
                SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid IN (\(own))
                UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid IN (\(own))))
            """
        ).map { "\(try $0.text(0).quotedIdentifier).\(try $0.text(1).quotedIdentifier)" }
    }

    public func lock(_ table: String) throws {
        let relation = "\(table.quotedIdentifier.quotedLiteral)::regclass"
        let held = try integer(
            """
            SELECT count(*) FROM pg_locks
            WHERE pid = pg_backend_pid() AND relation = \(relation) AND mode = 'AccessExclusiveLock' AND granted
            """)
        guard held == 0 else { return }
        try execute("SAVEPOINT migration_lock")
        do {
            try execute("\(Self.lockStatement(.change, [table.quotedIdentifier])) NOWAIT")
        } catch let error as DatabaseError where error.kind == .locked {
            try execute("ROLLBACK TO migration_lock")
            throw DatabaseError(
                .locked, "table \(table) is in use, and no migration declares that it rewrites it", code: error.code,
                details: try holders(.change, of: [table.quotedIdentifier]))
        }
        try execute("RELEASE migration_lock")
    }

    /// One statement for all tables in the order of their names, the same for reading and for changing: two that began
    /// at opposite ends would deadlock.
    private static func lockStatement(_ access: Access, _ tables: [String]) -> String {
        let mode = access == .look ? "ACCESS SHARE" : "ACCESS EXCLUSIVE"
        return "LOCK TABLE \(tables.sorted().joined(separator: ", ")) IN \(mode) MODE"
    }

    /// Whether the next attempt may succeed: a lock timed out, or a table was dropped before it was locked.
    private static func isRetryable(_ error: DatabaseError) -> Bool {
        error.kind == .locked || error.kind == .cancelled || ["42P01", "3F000"].contains(error.code)
    }

    /// Waits for a random moment, so that several waiting processes do not collide again.
    private func waitForNextAttempt() throws {
        for _ in 0..<Int.random(in: 4...12) {
            try checkInterruption()
            pause(milliseconds: 25)
        }
    }

    /// The error that names who holds the locks.
    private func locked(_ access: Access, _ home: Home) throws -> DatabaseError {
        let names = access == .look ? nil : try? tablesToChange(of: home)
        let holders = try holders(access, of: names ?? home.tables.map(home.qualified))
        return DatabaseError(
            .locked, "the tables could not be locked within \(lockTimeout.milliseconds / 1000) s", code: "55P03",
            details: holders)
    }

    /// Who holds the migration lock or a table, each in words: a session, or a prepared transaction.
    private func holders(_ access: Access, of tables: [String]) throws -> [String] {
        let tables = tables.map(\.quotedLiteral).joined(separator: ", ")
        let conflicts = access == .look ? "l.mode = 'AccessExclusiveLock'" : "true"
        return try query(
            """
            WITH holders AS (
                SELECT DISTINCT l.pid, l.virtualtransaction
                FROM pg_locks AS l
                WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND (l.locktype = 'relation' AND \(conflicts)
                            AND l.relation IN (SELECT to_regclass(name) FROM unnest(ARRAY[\(tables)]::text[]) AS name)
                        OR l.locktype = 'advisory' AND l.objsubid = 1
                            AND (l.classid::bigint << 32 | l.objid::bigint) = \(Self.advisoryLock))
            )
            SELECT 'process ' || h.pid
                || coalesce(', ' || nullif(a.application_name, ''), '')
                || coalesce(', ' || a.state, '')
                || coalesce(' since ' || to_char(
                    coalesce(a.xact_start, a.state_change) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', '')
                || coalesce(': ' || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 50), '')
            FROM holders AS h JOIN pg_stat_activity AS a ON a.pid = h.pid
            UNION ALL
            SELECT 'the prepared transaction ' || quote_literal(p.gid) || ' of ' || p.owner || ' since '
                || to_char(p.prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC; to end it: ROLLBACK PREPARED '
                || quote_literal(p.gid)
            FROM holders AS h
            JOIN pg_locks AS t ON h.pid IS NULL AND t.pid IS NULL AND t.locktype = 'transactionid'
                AND t.virtualtransaction = h.virtualtransaction
            JOIN pg_prepared_xacts AS p ON p.transaction = t.transactionid
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }
}
