public import Migrations

extension PostgresConnection {
    public func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String {
        let list = columns.map(\.quotedIdentifier).joined(separator: ", ")
        let sum = try query(
            """
            SELECT coalesce(sum(hashtextextended(row(\(list))::text, 0)::numeric), 0)::text
            FROM \(table.quotedIdentifier) WHERE "id" <= $1
            """, [.integer(id)])
        return sum.first?[0].text ?? "0"
    }

    /// PostgreSQL enforces its foreign keys; only those that were never validated may be broken.
    public func brokenReferences(from tables: [String]) throws -> [String] {
        try query(
            """
            SELECT conrelid::regclass || ' (' || conname || ' was never validated)' FROM pg_constraint AS o
            WHERE contype = 'f' AND NOT convalidated AND \(isOne("conrelid", of: tables)) ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    /// Indexes whose making failed, and sequences that rows with ids of their own have overtaken.
    public func brokenStructures(of tables: [String]) throws -> [String] {
        let indexes = try invalidIndexes(of: tables).map { "invalid index: \($0)" }
        let schema = try readSchema()
        let sequences = try tables.compactMap { table -> String? in
            guard schema.column(table, "id")?.sequence != nil else { return nil }
            let highest = try integer("SELECT max(\"id\") FROM \(table.quotedIdentifier)")
            guard try highestGivenID(in: table) < highest else { return nil }
            return "exhausted sequence: the next id of \(table) is not above \(highest), which is taken"
        }
        return indexes + sequences
    }

    public func damage(to tables: [String]) throws -> [Finding] { [] }

    public func mendIndexes(of tables: [String]) throws {
        for index in try invalidIndexes(of: tables) { try execute("REINDEX INDEX \(index)") }
    }

    /// The names, quoted where they need it.
    private func invalidIndexes(of tables: [String]) throws -> [String] {
        try query(
            """
            SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND \(isOne("indrelid", of: tables))
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    /// Whether a relation is one of these tables in the current schema, as a condition.
    private func isOne(_ relation: String, of tables: [String]) -> String {
        """
        \(relation) IN (
            SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relname IN (\(tables.map(\.quotedLiteral).joined(separator: ", "))))
        """
    }

    /// Only a table's owner may alter it, and the rewrite needs temporary tables.
    public func obstacles(toRewriting tables: [String]) throws -> [Finding] {
        let list = tables.map(\.quotedLiteral).joined(separator: ", ")
        let foreign = try query(
            """
            SELECT c.relname || ', owned by ' || pg_get_userbyid(c.relowner)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
            WHERE c.relkind IN ('r', 'p') AND c.relname IN (\(list))
                AND NOT pg_has_role(current_user, c.relowner, 'USAGE')
            ORDER BY 1
            """
        ).map { $0[0].text ?? "" }
        var findings: [Finding] = []
        if !foreign.isEmpty {
            findings.append(
                Finding(
                    .error, code: "not_owner", table: "", count: Int64(foreign.count),
                    message: "\(foreign.count) table(s) belong to another role, and only an owner can alter them.",
                    examples: foreign, action: "Connect as that role, or: ALTER TABLE … OWNER TO the connecting role."))
        }
        let privileges = try query(
            """
            SELECT p.name FROM (VALUES
                ('CREATE on the schema', has_schema_privilege(current_schema(), 'CREATE')),
                ('TEMPORARY on the database', has_database_privilege(current_database(), 'TEMPORARY'))
            ) AS p (name, held) WHERE NOT p.held
            """
        ).map { $0[0].text ?? "" }
        if !privileges.isEmpty {
            findings.append(
                Finding(
                    .error, code: "missing_privilege", table: "", count: Int64(privileges.count),
                    message: "The connecting role lacks \(privileges.joined(separator: " and ")).",
                    action: "GRANT it to the role."))
        }
        return findings
    }

    public func dependents(on changes: [(table: String, columns: [String]?)]) throws -> [String] {
        guard !changes.isEmpty else { return [] }
        // What belongs to a table goes with it.
        let isOwn = """
            EXISTS (SELECT FROM pg_depend AS o WHERE (o.classid, o.objid, o.refobjid) = (d.classid, d.objid, d.refobjid)
                AND o.deptype IN ('a', 'i'))
            """
        let isInTheWay = changes.map { table, columns in
            let names = columns.map { "a.attname IN (\($0.map(\.quotedLiteral).joined(separator: ", ")))" }
            return "\(isOne("d.refobjid", of: [table])) AND \(names ?? "NOT \(isOwn)")"
        }
        return try query(
            """
            SELECT DISTINCT coalesce('view ' || v.relname, pg_describe_object(d.classid, d.objid, 0))
            FROM pg_depend AS d
            LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
            LEFT JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
            WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
                    'pg_attrdef'::regclass)
                AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
                AND (\(isInTheWay.joined(separator: " OR ")))
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    public func joined(_ expression: String) -> String {
        "string_agg(\(expression), ', ')"
    }
}
