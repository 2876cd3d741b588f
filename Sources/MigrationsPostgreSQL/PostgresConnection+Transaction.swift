import CLibPQ
public import Migrations

extension PostgresConnection {
    /// A number of this tool's own for `pg_try_advisory_xact_lock`: the letters `kohakumi`.
    private static let advisoryLock: Int64 = 0x6b6f_6861_6b75_6d69

    /// Runs `body` in one transaction that holds the migration lock.
    ///
    /// The lock belongs to the transaction, so a crash cannot leak it and a pooler cannot misplace it. It is polled rather
    /// than waited for: a waiting session would hold a snapshot that blocks others.
    public func withMigrationTransaction<Result>(
        isRehearsal: Bool, _ body: () throws -> Result
    ) throws -> Result {
        try execute("BEGIN")
        do {
            try takeMigrationLock()
            try limitWaits()
            let triggers = try disableTriggers()
            let result = try body()
            try enable(triggers)
            // What is checked at the commit is checked in a rehearsal too.
            try execute(isRehearsal ? "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK" : "COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Turns off the operator's triggers, which must not act on rows that a migration moves.
    /// - Returns: The triggers as `table` and `name`.
    private func disableTriggers() throws -> [DatabaseRow] {
        let triggers = try query(
            """
            SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
            WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relkind IN ('r', 'p')
                AND pg_has_role(current_user, c.relowner, 'USAGE')
            ORDER BY c.relname, t.tgname
            """)
        try switchTriggers(triggers, "DISABLE")
        return triggers
    }

    /// Turns the triggers on again whose tables are still there.
    private func enable(_ triggers: [DatabaseRow]) throws {
        guard !triggers.isEmpty else { return }
        let tables = try Set(
            query(
                """
                SELECT c.relname FROM pg_class AS c
                JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
                """
            ).map { $0[0] })
        try switchTriggers(triggers.filter { tables.contains($0[0]) }, "ENABLE")
    }

    private func switchTriggers(_ triggers: [DatabaseRow], _ change: String) throws {
        for trigger in triggers {
            let table = (trigger[0].text ?? "").quotedIdentifier
            try execute("ALTER TABLE \(table) \(change) TRIGGER \((trigger[1].text ?? "").quotedIdentifier)")
        }
    }

    /// A waiting ALTER queues every later reader behind it, and a table that somebody holds keeps even a look waiting.
    private func limitWaits() throws {
        // 0 would mean for ever.
        try execute("SET LOCAL lock_timeout = \(max(1, lockTimeout.milliseconds))")
    }

    private func takeMigrationLock() throws {
        let clock = ContinuousClock()
        let deadline = clock.now + lockTimeout
        while try query("SELECT pg_try_advisory_xact_lock($1)", [.integer(Self.advisoryLock)]).first?[0].boolean != true
        {
            guard clock.now < deadline else {
                throw DatabaseError(.locked, "another migration of this database is running", code: "55P03")
            }
            try execute("SELECT pg_sleep(0.1 + random() * 0.2)")
        }
    }

    public func withReadTransaction<Result>(_ body: () throws -> Result) throws -> Result {
        guard PQtransactionStatus(handle) == PQTRANS_IDLE else { return try withSavepoint(body) }
        try execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        defer { rollBack() }
        try limitWaits()
        return try body()
    }

    private func rollBack() {
        uninterrupted { try? execute("ROLLBACK") }
    }

    /// The copy is a schema of its own inside a transaction that is rolled back: no table of the hub is locked.
    public func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws {
        let schema = try readSchema()
        guard PQtransactionStatus(handle) == PQTRANS_IDLE else {
            return try withSavepoint { try fillEmptyCopy(of: schema, body) }
        }
        try execute("BEGIN")
        defer { rollBack() }
        try limitWaits()
        try fillEmptyCopy(of: schema, body)
    }

    private func fillEmptyCopy(of schema: Schema, _ body: (any DatabaseConnection) throws -> Void) throws {
        try execute("CREATE SCHEMA kohaku_plan; SET LOCAL search_path = kohaku_plan")
        let tables = schema.tables.values.sorted { $0.name < $1.name }
        for table in tables {
            let columns = table.columns.map { column in
                column.sequence == nil
                    ? column.definition : "\(column.name.quotedIdentifier) \(dialect.spelling("{id}"))"
            }
            let lines = columns + table.uniqueConstraints.map(\.definition)
            try execute("CREATE TABLE \(table.name.quotedIdentifier) (\(lines.joined(separator: ", ")))")
            for index in table.indexes where index.columns != nil {
                let list = (index.columns ?? []).map(\.quotedIdentifier).joined(separator: ", ")
                try execute(
                    "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(index.name.quotedIdentifier) "
                        + "ON \(table.name.quotedIdentifier) (\(list))")
            }
        }
        for table in tables {
            for key in table.foreignKeys {
                try execute("ALTER TABLE \(table.name.quotedIdentifier) ADD \(key.definition)")
            }
        }
        try body(self)
    }
}
