public import Migrations

/// What prevents a role from changing tables without losing a row.
extension PostgresConnection {
    public func obstacles(toChanging tables: [String], isRewriting: Bool) throws -> [Finding] {
        let home = try locateTables(of: tables)
        // Not even the temporary tables of a look can be made there.
        if home.isStandby { throw Self.standby }
        return try [
            readOnlySetting(home),
            otherOwners(of: tables), missingPrivileges(for: tables), hiddenRows(of: tables), relatives(of: tables),
            forbiddingTriggers(),
        ].compactMap { $0 } + undecodableTexts(in: tables)
    }

    /// Event triggers may forbid changes of one kind, and nothing but a change shows whether they do. Those that mind the names
    /// of tables stop the dry run.
    private func forbiddingTriggers() throws -> Finding? {
        let triggers = try texts(
            "SELECT evtname || ' on ' || evtevent FROM pg_event_trigger WHERE evtenabled IN ('O', 'A') ORDER BY 1")
        guard !triggers.isEmpty else { return nil }
        do {
            try withSavepoint {
                try execute(
                    """
                    CREATE TABLE migration_try (id SERIAL PRIMARY KEY, n INTEGER);
                    CREATE INDEX migration_try_n ON migration_try (n);
                    ALTER INDEX migration_try_n RENAME TO migration_try_renamed;
                    ALTER SEQUENCE migration_try_id_seq RESTART WITH 2;
                    ALTER TABLE migration_try ADD m INTEGER;
                    ALTER TABLE migration_try ADD FOREIGN KEY (m) REFERENCES migration_try (id);
                    ALTER TABLE migration_try ALTER n TYPE BIGINT; ALTER TABLE migration_try OWNER TO CURRENT_USER;
                    ALTER TABLE migration_try DROP m; DROP INDEX migration_try_renamed;
                    CREATE TEMPORARY TABLE migration_try_copy AS SELECT * FROM migration_try;
                    CREATE TEMPORARY VIEW migration_try_view AS SELECT * FROM migration_try;
                    DROP VIEW migration_try_view; DROP TABLE migration_try_copy, migration_try
                    """)
            }
            return nil
        } catch let error as DatabaseError where [.other, .constraint, .notPermitted, .forbidden].contains(error.kind) {
            return finding(
                "event_trigger", about: triggers, "An event trigger forbids changes of tables: \(error.message).",
                action: "As a superuser: ALTER EVENT TRIGGER … DISABLE. Run again, then ENABLE it.")
        }
    }

    /// A look goes on all the same.
    private func readOnlySetting(_ home: Home) -> Finding? {
        guard home.isReadOnly else { return nil }
        return Finding(
            .warning, code: "read_only", table: "", count: 1,
            message: "default_transaction_read_only is on: a run would stop before any change.",
            action: Self.readOnlyAdvice)
    }

    /// Only a table's owner may alter it, or one that references it.
    private func otherOwners(of tables: [String]) throws -> Finding? {
        let foreign = try texts(
            """
            WITH affected AS (
                SELECT c.oid FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND \(isAmong("c.oid", of: tables))
            )
            SELECT c.oid::regclass || ', owned by ' || pg_get_userbyid(c.relowner)
            FROM pg_class AS c
            WHERE c.oid IN (
                    SELECT oid FROM affected
                    UNION SELECT conrelid FROM pg_constraint
                    WHERE contype = 'f' AND confrelid IN (SELECT oid FROM affected))
                AND NOT (pg_has_role(current_user, c.relowner, 'USAGE')
                    AND has_schema_privilege(c.relnamespace, 'USAGE'))
            ORDER BY 1
            """)
        return finding(
            "not_owner", about: foreign,
            "\(foreign.count.counted("table belongs", plural: "tables belong")) to another role or schema, and only an owner can alter a table.",
            action: "Connect as that role, or: ALTER TABLE … OWNER TO the connecting role.")
    }

    /// A migration creates tables, including temporary ones; permanent ones get the owner of the others.
    private func missingPrivileges(for tables: [String]) throws -> Finding? {
        let missing = try texts(
            """
            SELECT p.name FROM (VALUES
                ('CREATE on the schema', has_schema_privilege(current_schema(), 'CREATE')),
                ('TEMPORARY on the database', has_database_privilege(current_database(), 'TEMPORARY'))
            ) AS p (name, held) WHERE NOT p.held
            """)
        guard missing.isEmpty else {
            return Finding(
                .error, code: "missing_privilege", table: "", count: Int64(missing.count),
                message: "The connecting role lacks \(missing.joined(separator: " and ")).",
                action: "GRANT it to the role.")
        }
        let owners = try texts(
            """
            SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class AS c
            WHERE \(isAmong("c.oid", of: Array(tables.prefix(1)))) AND pg_get_userbyid(c.relowner) <> current_user
                AND NOT has_schema_privilege(c.relowner, current_schema(), 'CREATE')
                AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            """)
        return finding(
            "missing_privilege", about: owners,
            "The owner of the tables, who gets the new ones, lacks CREATE on the schema.",
            action: "GRANT CREATE ON SCHEMA … TO that role.")
    }

    /// With `row_security` off, a query of such a table fails: nothing is hidden, but nothing works.
    private func hiddenRows(of tables: [String]) throws -> Finding? {
        let hidden = try texts(
            """
            SELECT c.relname FROM pg_class AS c
            WHERE \(isAmong("c.oid", of: tables)) AND row_security_active(c.oid) ORDER BY 1
            """)
        return finding(
            "row_security", about: hidden,
            "Row level security may hide rows of \(hidden.count.counted("table")) from the connecting role, and no row may be lost.",
            action: Self.rowSecurityAdvice)
    }

    static let rowSecurityAdvice =
        "Connect as a role with BYPASSRLS, or as the owner after: ALTER TABLE … NO FORCE ROW LEVEL SECURITY."

    /// Statements on a table reach the tables that inherit from it.
    private func relatives(of tables: [String]) throws -> Finding? {
        let relatives = try texts(
            """
            SELECT i.inhrelid::regclass || ' inherits from ' || i.inhparent::regclass FROM pg_inherits AS i
            WHERE \(isAmong("i.inhparent", of: tables)) OR \(isAmong("i.inhrelid", of: tables)) ORDER BY 1
            """)
        return finding(
            "inherited_table", about: relatives,
            "\(relatives.count.counted("table inherits", plural: "tables inherit")) rows or columns, as partitions do. A migration rewrites plain tables only.",
            action: "Move the rows of the child into its parent, then: ALTER TABLE child NO INHERIT parent. "
                + "Make a partitioned table a plain one.")
    }

    private func texts(_ sql: String) throws -> [String] {
        try query(sql).compactMap { $0[0].text }
    }

    private func finding(
        _ code: String, about examples: [String], _ message: String, action: String
    ) -> Finding? {
        guard !examples.isEmpty else { return nil }
        return Finding(
            .error, code: code, table: "", count: Int64(examples.count), message: message, examples: examples,
            action: action)
    }
}
