import CLibPQ
import Migrations

extension PostgresConnection {
    /// The settings of a server, database or role that affect what is read or written, or how long it takes, with their
    /// values in each of this tool's transactions. They are local to it: behind a pooler the session is then reused by
    /// others.
    ///
    /// The isolation level and `READ WRITE`, which reading needs for temporary tables, are in `BEGIN`, `search_path` is
    /// in ``Home``, and `client_encoding` is the connection's.
    static func settings(version: Int32) -> [(name: String, value: String)] {
        [
            // Policies would hide rows from a migration; it gets an error instead.
            ("row_security", "off"),
            // Applications store UTC without a zone: a timestamptz becomes a timestamp in this zone, and so does now().
            ("TimeZone", "UTC"),
            // How values are formatted that are read, compared or stored as text.
            ("DateStyle", "ISO, MDY"),
            ("IntervalStyle", "postgres"),
            ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
            // How statements are parsed.
            ("standard_conforming_strings", "on"),
            ("transform_null_equals", "off"),
            // How the server formats definitions.
            ("quote_all_identifiers", "off"),
            // Each statement runs once: to compile it takes longer than it saves.
            ("jit", "off"),
            // Limits meant for an application's queries. A migration takes as long as its rows need.
            ("idle_in_transaction_session_timeout", "0"),
            // PostgreSQL 17 has it.
            ("transaction_timeout", version >= 170_000 ? "0" : ""),
        ].filter { !$0.1.isEmpty }
    }
}

/// Where the tables of a transaction are, as the server resolves unqualified names.
struct Home: Equatable {
    /// The schema: that of the tables, or where new ones are created.
    var schema: String
    /// The existing tables of that schema, in alphabetical order.
    var tables: [String] = []
    /// Those that the role may not read.
    var unreadableTables: Set<String> = []
    /// The schemas in which the session resolves unqualified names, quoted and in order.
    var path: String
    /// Whether the server is a read-only standby.
    var isStandby: Bool
    /// Whether the server can tell, while it executes a statement, that its client is gone.
    var noticesLostClients: Bool
    /// Whether transactions are read-only by default, as on a server taken out of service.
    var isReadOnly: Bool

    /// A table's name with its schema.
    func qualified(_ table: String) -> String { "\(schema.quotedIdentifier).\(table.quotedIdentifier)" }
}

extension PostgresConnection {
    /// Finds tables, and any other objects with their names, along the search path.
    /// - Throws: ``Migrations/DatabaseError`` of the kind ``Migrations/DatabaseError/Kind/ambiguous`` when they are in
    ///   several schemas, another object hides one, or there is no schema at all.
    func locateTables(of tables: [String]) throws -> Home {
        let answers = try rows(
            ofEach: [
                """
                SELECT current_setting('search_path'), pg_is_in_recovery(),
                    current_setting('default_transaction_read_only')::boolean, version(), s.name, quote_ident(s.name)
                FROM (SELECT) AS session LEFT JOIN unnest(current_schemas(false)) WITH ORDINALITY AS s (name, place) ON true
                ORDER BY s.place
                """,
                """
                SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT'), CASE WHEN c.relkind NOT IN ('r', 'p')
                    THEN (pg_identify_object('pg_class'::regclass, c.oid, 0)).type || format(' %I.%I', n.nspname, c.relname)
                END
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = ANY (current_schemas(false))
                    AND c.relname = ANY (ARRAY[\(tables.map(\.quotedLiteral).joined(separator: ", "))]::name[])
                """,
            ])
        let session = answers[0][0]
        let searchPath = try session.text(0)
        let schemas = answers[0].compactMap { $0[4].text }
        // In the order in which the server looks for them.
        let named = try schemas.flatMap { schema in
            try answers[1].filter { $0[0].text == schema }
                .map {
                    try (schema: schema, table: $0.text(1), isReadable: $0[2].boolean == true, description: $0[3].text)
                }
                .sorted { $0.table < $1.table }
        }
        let found = named.filter { $0.description == nil }.map { (schema: $0.schema, table: $0.table) }
        guard let schema = found.first?.schema ?? named.first?.schema ?? schemas.first else {
            throw DatabaseError(
                .ambiguous, "there is no schema to work in: search_path is \(searchPath), and no such schema exists",
                details: ["Create the schema, or name the right one: ALTER ROLE … SET search_path = …"])
        }
        let inTheWay = named.prefix { $0.schema != schema }.compactMap(\.description)
        guard inTheWay.isEmpty else { throw Self.shadowingError(inTheWay, of: schema) }
        let elsewhere = found.filter { $0.schema != schema }
        guard elsewhere.isEmpty else { throw Self.ambiguity(found, searchPath: searchPath) }
        let version = try session.text(3)
        return Home(
            schema: schema, tables: found.map(\.table),
            unreadableTables: Set(named.filter { !$0.isReadable }.map(\.table)),
            path: answers[0].compactMap { $0[5].text }.joined(separator: ", "), isStandby: session[1].boolean == true,
            noticesLostClients: libpq.PQserverVersion(handle) >= 140_000
                && ["linux", "darwin", "bsd"].contains { version.contains($0) },
            isReadOnly: session[2].boolean == true)
    }

    private static func shadowingError(_ found: [String], of schema: String) -> DatabaseError {
        DatabaseError(
            .ambiguous,
            "the tables are in schema \(schema), but an earlier schema of the search path has something else by the names "
                + "of \(found.count) of them",
            details: found + [
                "Rename it or drop it, or name only the right schema: ALTER ROLE … SET search_path = …"
            ])
    }

    private static func ambiguity(_ found: [(schema: String, table: String)], searchPath: String) -> DatabaseError {
        let schemas = Dictionary(grouping: found, by: \.schema).sorted { $0.key < $1.key }.map { schema, tables in
            let names = tables.map(\.table).sorted()
            return "schema \(schema): " + names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
                + " (\(names.count))"
        }
        return DatabaseError(
            .ambiguous,
            "tables with these names are in \(schemas.count) schemas of the search path (\(searchPath)), and it is not "
                + "clear which are meant",
            details: schemas + ["Name only the right schema: ALTER ROLE … SET search_path = …"])
    }
}
