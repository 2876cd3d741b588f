public import Migrations

extension PostgresConnection {
    public func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String {
        // A timestamptz becomes a timestamp, which spells the same instant otherwise.
        let zoned = try Set(
            query(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND atttypid = 'timestamptz'::regtype",
                [.text(table.quotedIdentifier)]
            ).map { $0[0] })
        let list = columns.map { column in
            column.quotedIdentifier + (zoned.contains(.text(column)) ? " AT TIME ZONE 'UTC'" : "")
        }.joined(separator: ", ")
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
    func isOne(_ relation: String, of tables: [String]) -> String {
        """
        \(relation) IN (
            SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relname = ANY (ARRAY[\(tables.map(\.quotedLiteral).joined(separator: ", "))]::name[]))
        """
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
