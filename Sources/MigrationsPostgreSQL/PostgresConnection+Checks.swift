public import Migrations

extension PostgresConnection {
    public func checksum(of columns: [String], in table: String, upTo id: Int64) throws -> String {
        let types = try query(
            """
            SELECT attname, format_type(atttypid, NULL), current_setting('server_version_num')::int >= 140000
            FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
            """, [.text(table.quotedIdentifier)])
        let typeOf = try types.reduce(into: [:]) { $0[try $1.text(0)] = try $1.text(1) }
        let list = columns.map { column in
            switch typeOf[column] {
            // It becomes a timestamp, which prints the same instant differently.
            case "timestamp with time zone": "\(column.quotedIdentifier) AT TIME ZONE 'UTC'"
            case let type? where Self.hashedTypes.contains(type): column.quotedIdentifier
            default: "\(column.quotedIdentifier)::text"
            }
        }.joined(separator: ", ")
        // Before version 14 records have no hash. It adds up those of the values, so values that change places between rows
        // would leave the sum of all rows as it is: it is hashed once more.
        let hash =
            types.first?[2].boolean == true
            ? "hashint8extended(hash_record_extended(row(\(list)), 0), 0)" : "hashtextextended(row(\(list))::text, 0)"
        return try query(
            "SELECT coalesce(sum(\(hash)), 0)::text FROM \(table.quotedIdentifier) WHERE \"id\" <= $1", [.integer(id)]
        ).first?.text(0) ?? "0"
    }

    /// The types of which two values are equal only when they are the same. An integer hashes alike in every width.
    private static let hashedTypes: Set = [
        "smallint", "integer", "bigint", "boolean", "text", "character varying", "timestamp without time zone", "date",
        "bytea", "uuid",
    ]

    public func size(of tables: [String]) throws -> Int64 {
        try integer("SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE \(isAmong("oid", of: tables))")
    }

    /// PostgreSQL enforces its foreign keys; only those that were never validated may be broken.
    public func brokenReferences(from tables: [String]) throws -> [String] {
        try query(
            """
            SELECT conrelid::regclass || ' (' || conname || ' was never validated)' FROM pg_constraint AS o
            WHERE contype = 'f' AND NOT convalidated AND \(isAmong("conrelid", of: tables)) ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    /// Indexes whose creation failed, and sequences that explicit ids have overtaken.
    public func brokenStructures(of tables: [String]) throws -> [String] {
        let indexes = try invalidIndexes(of: tables).map { "invalid index: \($0)" }
        let schema = try readSchema(of: Set(tables))
        let sequences = try tables.compactMap { table -> String? in
            guard schema.column(table, "id")?.sequence != nil else { return nil }
            let highest = try integer("SELECT max(\"id\") FROM \(table.quotedIdentifier)")
            guard try lastAssignedID(in: table) < highest else { return nil }
            return "exhausted sequence: the next id of \(table) is not above \(highest), which is taken"
        }
        return indexes + sequences
    }

    public func rebuildIndexes(of tables: [String]) throws {
        for index in try invalidIndexes(of: tables) { try execute("REINDEX INDEX \(index)") }
    }

    /// The names, quoted where they need it.
    private func invalidIndexes(of tables: [String]) throws -> [String] {
        try query(
            """
            SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND \(isAmong("indrelid", of: tables))
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    /// Whether a relation is one of these tables in the current schema, as a condition.
    func isAmong(_ relation: String, of tables: [String]) -> String {
        """
        \(relation) IN (
            SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relname = ANY (ARRAY[\(tables.map(\.quotedLiteral).joined(separator: ", "))]::name[]))
        """
    }

    public func dependents(on changes: [(table: String, columns: [String]?)]) throws -> [String] {
        guard !changes.isEmpty else { return [] }
        // What belongs to a table is dropped with it.
        let isOwn = """
            EXISTS (SELECT FROM pg_depend AS o WHERE (o.classid, o.objid, o.refobjid) = (d.classid, d.objid, d.refobjid)
                AND o.deptype IN ('a', 'i'))
            """
        let isInTheWay = changes.map { table, columns in
            let names = columns.map { "a.attname IN (\($0.map(\.quotedLiteral).joined(separator: ", ")))" }
            return "\(isAmong("d.refobjid", of: [table])) AND \(names ?? "NOT \(isOwn)")"
        }
        return try query(
            """
            SELECT DISTINCT coalesce('view ' || v.relname, pg_describe_object(d.classid, d.objid, 0))
            FROM pg_depend AS d
            LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
            LEFT JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
            WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
                    'pg_attrdef'::regclass, 'pg_publication_rel'::regclass)
                AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
                AND (v.oid IS NULL OR v.relnamespace <> pg_my_temp_schema())
                AND (\(isInTheWay.joined(separator: " OR ")))
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    public func tablesElsewhere(_ names: [String]) throws -> [String] {
        try query(
            """
            SELECT format('schema %I has %s', n.nspname, count(*))
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relname = ANY (ARRAY[\(names.map(\.quotedLiteral).joined(separator: ", "))]::name[])
                AND n.nspname <> ALL (current_schemas(true)) AND n.nspname !~ '^pg_|^information_schema$'
            GROUP BY n.nspname HAVING count(*) > 1 ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    public func occupants(
        ofTables names: [String], indexes: [String], exceptOn owners: [String]
    ) throws -> [String] {
        func list(_ names: [String]) -> String {
            "ARRAY[\(names.map(\.quotedLiteral).joined(separator: ", "))]::name[]"
        }
        // A table creates a type with its name.
        return try query(
            """
            SELECT (pg_identify_object(q.class, q.oid, 0)).type || ' ' || q.name || coalesce(' on ' || q.owner, '')
            FROM (
                SELECT c.relname AS name, 'pg_class'::regclass AS class, c.oid, c.relnamespace AS schema, o.relname AS owner
                FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid LEFT JOIN pg_class AS o ON o.oid = i.indrelid
                WHERE c.relname = ANY (\(list(names)))
                    OR c.relname = ANY (\(list(indexes))) AND o.relname = ANY (\(list(owners))) IS NOT TRUE
                UNION ALL
                SELECT typname, 'pg_type'::regclass, oid, typnamespace, NULL FROM pg_type
                WHERE typrelid = 0 AND typname = ANY (\(list(names)))
            ) AS q WHERE q.schema = quote_ident(current_schema())::regnamespace ORDER BY q.name, 1
            """
        ).map { try $0.text(0) }
    }

    public func attachments(of tables: [String]) throws -> [TableAttachment] {
        try query(
            """
            WITH objects AS (
                SELECT conrelid AS relation, 'pg_constraint'::regclass AS classid, oid, conname AS name,
                    'constraint ' || conname || ' on ' || conrelid::regclass AS place,
                    pg_get_constraintdef(oid) AS definition
                FROM pg_constraint WHERE contype IN ('c', 'u', 'x')
                UNION ALL
                SELECT i.indrelid, 'pg_class'::regclass, x.oid, x.relname,
                    'index ' || x.relname || ' on ' || i.indrelid::regclass, pg_get_indexdef(x.oid)
                FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
                WHERE NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = x.oid AND o.contype IN ('p', 'u', 'x'))
                UNION ALL
                SELECT i.indrelid, 'pg_class'::regclass, x.oid, '',
                    CASE WHEN i.indisreplident THEN 'replica identity' ELSE 'clustering' END || ' of ' || i.indrelid::regclass,
                    'index ' || x.relname
                FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indisreplident OR i.indisclustered
                UNION ALL
                SELECT o.confrelid, 'pg_constraint'::regclass, o.oid, o.conname,
                    'foreign key ' || o.conname || ' of ' || o.conrelid::regclass, pg_get_constraintdef(o.oid)
                FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
                LEFT JOIN pg_index AS i ON i.indexrelid = o.conindid AND i.indisprimary
                WHERE o.contype = 'f' AND (i.indexrelid IS NULL OR c.relnamespace <> quote_ident(current_schema())::regnamespace)
                UNION ALL
                SELECT stxrelid, 'pg_statistic_ext'::regclass, oid, stxname,
                    'statistics ' || stxname || ' on ' || stxrelid::regclass, pg_get_statisticsobjdef(oid)
                FROM pg_statistic_ext
            )
            SELECT c.relname, o.name, o.place || ': ' || o.definition, array_to_string(ARRAY(
                SELECT a.attname FROM pg_depend AS d
                JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = o.classid AND d.objid = o.oid AND d.refclassid = 'pg_class'::regclass
                    AND d.refobjid = o.relation), chr(10))
            FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation WHERE \(isAmong("o.relation", of: tables))
            ORDER BY c.relname, o.place, o.name
            """
        ).map { row in
            try TableAttachment(
                table: row.text(0), name: row.text(1), columns: row.text(3).split(separator: "\n").map(String.init),
                description: row.text(2))
        }
    }
}
