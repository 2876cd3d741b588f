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
            let reactions = try disableReactions(of: tables)
            let result = try body()
            try enable(reactions)
            try ownership.apply()
            // Deferred checks have to run in a dry run too.
            try execute(isDryRun ? "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK" : "COMMIT")
            return result
        } catch {
            rollBack()
            throw explained(error)
        }
    }

    /// Turns off the operator's triggers and rules, which must not act on rows that a migration moves.
    /// - Returns: Of each its table, its kind and name, and what turns it on again.
    private func disableReactions(of tables: [String]) throws -> [DatabaseRow] {
        let reactions = try query(
            """
            SELECT c.relname, r.name, CASE r.enabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END
            FROM (
                SELECT tgrelid AS relation, 'TRIGGER ' || quote_ident(tgname) AS name, tgenabled AS enabled
                FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL
                SELECT ev_class, 'RULE ' || quote_ident(rulename), ev_enabled FROM pg_rewrite WHERE ev_type <> '1'
            ) AS r JOIN pg_class AS c ON c.oid = r.relation
            WHERE r.enabled <> 'D' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE')
                AND \(isAmong("c.oid", of: tables))
            ORDER BY 1, 2
            """)
        for reaction in reactions { try switchReaction(reaction, "DISABLE") }
        return reactions
    }

    /// Re-enables those whose tables still exist.
    private func enable(_ reactions: [DatabaseRow]) throws {
        guard !reactions.isEmpty else { return }
        let tables = try Set(
            query(
                """
                SELECT c.relname FROM pg_class AS c
                JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
                """
            ).map { $0[0] })
        for reaction in reactions where tables.contains(reaction[0]) {
            try switchReaction(reaction, reaction.text(2))
        }
    }

    private func switchReaction(_ reaction: DatabaseRow, _ change: String) throws {
        try execute("ALTER TABLE \(reaction.text(0).quotedIdentifier) \(change) \(reaction.text(1))")
    }

    public func withReadTransaction<Result>(
        of tables: [String], isKept: () -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        guard libpq.PQtransactionStatus(handle) == PQTRANS_IDLE else { return try withSavepoint(isKept: isKept, body) }
        try begin(.look, on: tables)
        // After a commit there is no transaction any more.
        defer { if libpq.PQtransactionStatus(handle) != PQTRANS_IDLE { rollBack() } }
        let result = try body()
        if isKept() { try execute("COMMIT") }
        return result
    }

    /// Each row tells which transaction wrote it. Those whose results the current snapshot does not have are numbered from
    /// its `xmin`: once they are done, they have left other rows with such numbers than there are now, or fewer rows.
    public func revision(of tables: [String]) throws -> Revision? {
        let session = try query(
            """
            SELECT pg_backend_pid(), txid_snapshot_xmin(txid_current_snapshot()),
                EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled IN ('O', 'A'))
            """)[0]
        // A pooler may give the temporary tables to somebody else, and an event trigger may note them down.
        guard try session.integer(0) == Int64(libpq.PQbackendPID(handle)), session[2].boolean == false else {
            return nil
        }
        let token = try token(of: tables, writtenSince: session.integer(1))
        return Revision(token: token, isOfWholeDatabase: false)
    }

    public func isUnchanged(_ tables: [String], since revision: Revision) throws -> Bool {
        guard let oldest = Int64(revision.token.prefix { $0 != " " }) else { return false }
        return try token(of: tables, writtenSince: oldest) == revision.token
    }

    /// How many rows the tables have, a checksum of where those are that transactions from this number on have written, and
    /// the state of all sequences. Numbers are used again after 2³² transactions, so that a very old row may count as one of
    /// them.
    private func token(of tables: [String], writtenSince transaction: Int64) throws -> String {
        let isNew = "age(xmin) <= age('\(transaction & 0xFFFF_FFFF)'::xid)"
        let counts = tables.enumerated().map { place, table in
            """
            SELECT \(place), count(*) || ' ' || coalesce(
                sum(hashtextextended(xmin::text || ctid::text, 0)) FILTER (WHERE \(isNew)), 0)
            FROM \(table.quotedIdentifier)
            """
        }
        let sequences = """
            SELECT \(tables.count), coalesce(
                md5(string_agg(format('%I.%I %s', schemaname, sequencename, last_value), ',' ORDER BY schemaname, sequencename)), '')
            FROM pg_sequences
            """
        let states = try query((counts + [sequences]).joined(separator: " UNION ALL ") + " ORDER BY 1")
        return try (["\(transaction)"] + states.map { try $0.text(1) }).joined(separator: " ")
    }

    func rollBack() {
        uninterrupted { try? execute("ROLLBACK") }
    }

    /// The copy is a separate schema inside a transaction that is rolled back: no table is changed.
    public func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws {
        // The copy has tables of the same names.
        defer { replaceability = [:] }
        try withReadTransaction(of: []) {
            try makeEmptyCopy(of: readSchema())
            try body(self)
        }
    }

    private func makeEmptyCopy(of schema: Schema) throws {
        let tables = schema.tables.values.sorted { $0.name < $1.name }
        let replaceability = try readReplaceability()
        // The operator's types and the tables that event triggers write to are found as before.
        try execute(
            """
            CREATE SCHEMA migration_plan;
            SELECT set_config('search_path', 'migration_plan, ' || current_setting('search_path'), true)
            """)
        for table in tables {
            let key = table.columns.filter(\.isPrimaryKey).map(\.name.quotedIdentifier)
            let columns = table.columns.map { column in
                guard column.sequence == nil || !column.isPrimaryKey else {
                    return "\(column.name.quotedIdentifier) SERIAL NOT NULL"
                }
                var column = column
                column.isPrimaryKey = false
                return column.definition
            }
            let lines =
                columns + (key.isEmpty ? [] : ["PRIMARY KEY (\(key.joined(separator: ", ")))"])
                + table.uniqueConstraints.map(\.definition)
            try execute("CREATE TABLE \(table.name.quotedIdentifier) (\(lines.joined(separator: ", ")))")
            // With something to lose the copy is rebuilt as the table will be.
            if sequence(of: table, in: replaceability) == nil {
                try execute("COMMENT ON TABLE \(table.name.quotedIdentifier) IS 'stays'")
            }
            for index in table.indexes where index.columns != nil && !index.isPartial {
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
