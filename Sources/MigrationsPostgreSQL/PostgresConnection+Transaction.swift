import CLibPQ
public import Migrations

extension PostgresConnection {
    /// Runs `body` in one transaction that holds the migration lock and every table, see ``begin(_:on:)``.
    public func withMigrationTransaction<Result>(
        locking tables: [String], isDryRun: Bool, _ body: () throws -> Result
    ) throws -> Result {
        try begin(.change, on: tables)
        do {
            let ownership = try Ownership(of: tables, on: self)
            let triggers = try disableTriggers(of: tables)
            let result = try body()
            try enable(triggers)
            try ownership.apply()
            // Deferred checks have to run in a dry run too.
            try execute(isDryRun ? "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK" : "COMMIT")
            return result
        } catch {
            rollBack()
            throw explained(error)
        }
    }

    /// Turns off the operator's triggers, which must not act on rows that a migration moves.
    /// - Returns: The triggers as `table` and `name`.
    private func disableTriggers(of tables: [String]) throws -> [DatabaseRow] {
        let triggers = try query(
            """
            SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
            WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND pg_has_role(current_user, c.relowner, 'USAGE')
                AND \(isAmong("c.oid", of: tables))
            ORDER BY c.relname, t.tgname
            """)
        try switchTriggers(triggers, "DISABLE")
        return triggers
    }

    /// Re-enables the triggers whose tables still exist.
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
            let (table, name) = try (trigger.text(0).quotedIdentifier, trigger.text(1).quotedIdentifier)
            try execute("ALTER TABLE \(table) \(change) TRIGGER \(name)")
        }
    }

    public func withReadTransaction<Result>(of tables: [String], _ body: () throws -> Result) throws -> Result {
        guard libpq.PQtransactionStatus(handle) == PQTRANS_IDLE else { return try withSavepoint(body) }
        try begin(.look, on: tables)
        defer { rollBack() }
        return try body()
    }

    func rollBack() {
        uninterrupted { try? execute("ROLLBACK") }
    }

    /// The copy is a separate schema inside a transaction that is rolled back: no table is changed.
    public func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws {
        try withReadTransaction(of: []) {
            try makeEmptyCopy(of: readSchema())
            try body(self)
        }
    }

    private func makeEmptyCopy(of schema: Schema) throws {
        try execute("CREATE SCHEMA migration_plan; SET LOCAL search_path = migration_plan")
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
            // A table of another schema is not in the copy.
            for key in table.foreignKeys where schema.tables[key.referencedTable] != nil {
                try execute("ALTER TABLE \(table.name.quotedIdentifier) ADD \(key.definition)")
            }
        }
    }
}
