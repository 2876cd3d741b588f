import CLibPQ
public import Migrations

extension PostgresConnection {
    /// Reads tables, columns, indexes and constraints of the current schema in three queries, whatever their number.
    ///
    /// The server plans a query of the catalogue longer than it runs, and the longer the more tables are joined: what is asked
    /// for each row is a query within, and `OFFSET 0` keeps it one.
    ///
    /// A table of the same name in another schema is not the application's, and neither is a table that an extension made.
    public func readSchema(of names: Set<String>?) throws -> Schema {
        var filter = " AND c.relnamespace = quote_ident(current_schema())::regnamespace"
        if let names {
            filter += " AND c.relname IN (\(names.sorted().map(\.quotedLiteral).joined(separator: ", ")))"
        }
        // One snapshot for all queries.
        guard libpq.PQtransactionStatus(handle) == PQTRANS_IDLE else { return try readTables(filter) }
        return try withReadTransaction(of: []) { try readTables(filter) }
    }

    private func readTables(_ filter: String) throws -> Schema {
        var tables: [String: Schema.Table] = [:]
        try forEachRow(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid), EXISTS (
                    SELECT FROM pg_constraint AS k
                    WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)),
                CASE
                    WHEN a.attidentity <> '' THEN 'its identity'
                    WHEN pg_get_expr(d.adbin, d.adrelid) ~ '^"?nextval"?\\(''[^)]*''::"?regclass"?\\)$' THEN (
                        SELECT s.relname FROM pg_depend AS p JOIN pg_class AS s ON s.oid = p.refobjid AND s.relkind = 'S'
                        WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                            AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'n')
                END, a.attgenerated <> ''
            FROM pg_class AS c
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relkind IN ('r', 'p')\(filter) AND NOT EXISTS (
                SELECT FROM pg_depend AS e
                WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e' OFFSET 0)
            ORDER BY c.relname, a.attnum
            """, []
        ) { row in
            let name = try row.text(0)
            if tables[name] == nil { tables[name] = Schema.Table(name: name, columns: []) }
            guard let column = row[1].text else { return }
            let sequence = row[6].text
            tables[name]?.columns.append(
                try Schema.Column(
                    name: column,
                    type: row.text(2),
                    isNullable: row[3].boolean == false,
                    defaultValue: sequence == nil ? row[4].text : nil,
                    isPrimaryKey: row[5].boolean == true,
                    sequence: sequence,
                    isGenerated: row[7].boolean == true
                ))
        }
        try readIndexes(into: &tables, filter)
        try readConstraints(into: &tables, filter)
        return Schema(dialect: .postgresql, tables: Array(tables.values))
    }

    private func readIndexes(into tables: inout [String: Schema.Table], _ filter: String) throws {
        var found: [(table: String, index: Schema.Index, plainDefinition: String)] = []
        // Definitions are asked for only where they are read: the server takes longer to spell them than for the rest. They
        // say of keys and order only what is not the default.
        try forEachRow(
            """
            SELECT c.relname, x.relname, i.indisunique, i.indpred IS NOT NULL,
                CASE WHEN k.position = 1 THEN pg_get_indexdef(i.indexrelid) END, k.position, a.attname,
                CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.position::int, true) END,
                CASE WHEN k.position = 1 THEN format(
                    'CREATE %sINDEX %I ON %s%s.%I USING btree (', CASE WHEN i.indisunique THEN 'UNIQUE ' END, x.relname,
                    CASE WHEN c.relkind = 'p' THEN 'ONLY ' END, quote_ident(current_schema()), c.relname) END,
                quote_ident(a.attname)
            FROM pg_index AS i
            JOIN pg_class AS c ON c.oid = i.indrelid
            JOIN pg_class AS x ON x.oid = i.indexrelid
            CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
            WHERE k.position <= i.indnkeyatts\(filter) AND NOT EXISTS (
                SELECT FROM pg_constraint AS o
                WHERE o.conrelid = c.oid AND o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x') OFFSET 0)
            ORDER BY c.relname, x.relname, k.position
            """, []
        ) { row in
            if row[5].integer == 1 {
                let index = try Schema.Index(
                    name: row.text(1), keys: [], isUnique: row[2].boolean == true,
                    isPartial: row[3].boolean == true, sql: row.text(4))
                found.append(try (row.text(0), index, row.text(8)))
            } else {
                found[found.count - 1].plainDefinition += ", "
            }
            found[found.count - 1].plainDefinition += row[9].text ?? ""
            found[found.count - 1].index.keys.append(
                try row[6].text.map { .column($0) } ?? .expression(row.text(7)))
        }
        for (table, var index, plainDefinition) in found {
            let beginning = plainDefinition + ")"
            index.isPlain =
                index.sql == beginning || ["WHERE", "WITH"].contains { index.sql.hasPrefix("\(beginning) \($0) ") }
            tables[table]?.indexes.append(index)
        }
    }

    private func readConstraints(into tables: inout [String: Schema.Table], _ filter: String) throws {
        try forEachRow(
            """
            SELECT c.relname, o.conname, o.contype,
                CASE WHEN r.relnamespace = c.relnamespace THEN r.relname END, o.confdeltype,
                array_to_string(ARRAY(
                    SELECT a.attname FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, position)
                    JOIN pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = k.attnum
                    ORDER BY k.position), chr(10)),
                array_to_string(ARRAY(
                    SELECT a.attname FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, position)
                    JOIN pg_attribute AS a ON a.attrelid = o.confrelid AND a.attnum = k.attnum
                    ORDER BY k.position), chr(10)),
                o.confupdtype, CASE WHEN o.confmatchtype = 'f' THEN 'FULL' END,
                CASE WHEN o.condeferred THEN 'DEFERRABLE INITIALLY DEFERRED' WHEN o.condeferrable THEN 'DEFERRABLE' END,
                (SELECT format('%I.%I', s.nspname, r.relname) FROM pg_namespace AS s WHERE s.oid = r.relnamespace)
            FROM pg_constraint AS o
            JOIN pg_class AS c ON c.oid = o.conrelid
            LEFT JOIN pg_class AS r ON r.oid = o.confrelid
            WHERE o.contype IN ('p', 'u', 'f')\(filter)
            ORDER BY c.relname, o.conname
            """, []
        ) { row in
            func names(_ value: DatabaseValue) -> [String] {
                (value.text ?? "").split(separator: "\n").map(String.init)
            }
            let table = try row.text(0)
            let name = try row.text(1)
            switch row[2].text {
            case "p": tables[table]?.primaryKeyName = name
            case "f":
                let qualified = try row.text(10)
                tables[table]?.foreignKeys.append(
                    try Schema.ForeignKey(
                        name: name, columns: names(row[5]), referencedTable: row[3].text ?? qualified,
                        referencedRelation: row[3].text?.quotedIdentifier ?? qualified,
                        referencedColumns: names(row[6]),
                        onDelete: Self.actions[row.text(4)] ?? "NO ACTION",
                        onUpdate: Self.actions[row.text(7)] ?? "NO ACTION", match: row[8].text,
                        deferrability: row[9].text))
            default:
                tables[table]?.uniqueConstraints.append(
                    Schema.UniqueConstraint(name: name, columns: names(row[5])))
            }
        }
    }

    /// The letters by which `pg_constraint` names what happens to rows.
    private static let actions = [
        "a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT",
    ]
}
