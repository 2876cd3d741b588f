import CLibPQ
public import Migrations

extension PostgresConnection {
    /// Reads tables, columns, indexes and constraints of the current schema in a few round trips, whatever their number.
    ///
    /// A table of the same name in another schema is not the application's, and neither is a table that an extension made.
    public func readSchema(of names: Set<String>?) throws -> Schema {
        try inOneSnapshot { try read(findTables(of: names)) }
    }

    public func readSchema(detailing names: Set<String>) throws -> Schema {
        try inOneSnapshot {
            let tables = try findTables(of: nil)
            let details = try read(tables.filter { names.contains($0[1].text ?? "") }, definition: "''")
            return try details.naming(tables.map { try $0.text(1) })
        }
    }

    private func inOneSnapshot(_ body: () throws -> Schema) throws -> Schema {
        guard libpq.PQtransactionStatus(handle) == PQTRANS_IDLE else { return try body() }
        return try withReadTransaction(of: [], body)
    }

    private func findTables(of names: Set<String>?) throws -> [DatabaseRow] {
        let list = names.map { $0.sorted().map(\.quotedLiteral).joined(separator: ", ") }
        return try query(
            CatalogueRelation.query(
                where: """
                    c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p')
                    AND c.oid <> ALL (ARRAY(
                        SELECT e.objid FROM pg_depend AS e WHERE e.refclassid = 'pg_extension'::regclass
                            AND e.classid = 'pg_class'::regclass AND e.deptype = 'e'))
                    \(list.map { "AND c.relname IN (\($0))" } ?? "")
                    """))
    }

    /// The server plans a query of its catalogue longer than it runs it, and the longer the more tables it joins: each of
    /// these reads one, and what they say is put together here.
    /// - Parameter definition: The definition of an index as an expression in SQL; `''` leaves it out.
    private func read(
        _ tables: [DatabaseRow], definition: String = "pg_get_indexdef(indexrelid)"
    ) throws -> Schema {
        guard !tables.isEmpty else { return Schema(dialect: .postgresql) }
        let these = Self.anyOf(tables.map { $0[0] })
        let parts = try rows(
            ofEach: [
                CatalogueRelation.columnsQuery(of: these),
                "SELECT adrelid, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = \(these)",
                """
                SELECT conrelid, contype, conname, conkey, confrelid, confkey, confdeltype, confupdtype, confmatchtype,
                    condeferrable, condeferred, conindid
                FROM pg_constraint WHERE conrelid = \(these) AND contype IN ('p', 'u', 'f') ORDER BY conname
                """,
                """
                SELECT indrelid, indexrelid, (SELECT relname FROM pg_class WHERE oid = indexrelid), indisunique,
                    indpred IS NOT NULL, indkey, indnkeyatts, \(definition)
                FROM pg_index WHERE indrelid = \(these) AND NOT indisprimary AND NOT indisexclusion ORDER BY 3
                """,
            ])

        var relations = try CatalogueRelation.relations(tables, columns: parts[0])
        for row in parts[1] { try relations[row[0]]?.addDefault(row) }
        let referenced = try readReferencedTables(parts[2], besides: relations)
        for row in parts[2] {
            let target = relations[row[4]] ?? referenced[row[4]]
            try relations[row[0]]?.addConstraint(row, referencing: target)
        }
        // A unique constraint's is no index of its own.
        let belonging = Set(parts[2].filter { $0[1].text == "u" }.map { $0[11] })
        let indexes = parts[3].filter { !belonging.contains($0[1]) }
        let expressions = try readExpressions(indexes)
        for row in indexes { try relations[row[0]]?.addIndex(row, expressions: expressions[row[1]] ?? [:]) }
        return Schema(dialect: .postgresql, tables: tables.compactMap { relations[$0[0]]?.table })
    }

    /// The tables that foreign keys refer to and that are not among those asked for, or are in another schema.
    private func readReferencedTables(
        _ constraints: [DatabaseRow], besides known: [DatabaseValue: CatalogueRelation]
    ) throws -> [DatabaseValue: CatalogueRelation] {
        let others = Set(constraints.filter { $0[1].text == "f" && known[$0[4]] == nil }.map { $0[4] })
        guard !others.isEmpty else { return [:] }
        let these = Self.anyOf(Array(others))
        let parts = try rows(
            ofEach: [CatalogueRelation.query(where: "c.oid = \(these)"), CatalogueRelation.columnsQuery(of: these)])
        return try CatalogueRelation.relations(parts[0], columns: parts[1])
    }

    /// The keys of indexes that are not columns, by their positions.
    private func readExpressions(_ indexes: [DatabaseRow]) throws -> [DatabaseValue: [Int: String]] {
        let these = indexes.filter { CatalogueRelation.numbers($0[5]).contains(0) }.map { $0[1] }
        guard !these.isEmpty else { return [:] }
        var expressions: [DatabaseValue: [Int: String]] = [:]
        try forEachRow(
            """
            SELECT i.indexrelid, k.position, pg_get_indexdef(i.indexrelid, k.position, true)
            FROM pg_index AS i, generate_series(1, i.indnkeyatts) AS k (position) WHERE i.indexrelid = \(Self.anyOf(these))
            """, []
        ) { row in
            try expressions[row[0], default: [:]][Int(row.integer(1))] = row[2].text
        }
        return expressions
    }

    /// Object ids, to compare with.
    static func anyOf(_ oids: [DatabaseValue]) -> String {
        "ANY ('{\(oids.compactMap(\.integer).map(String.init).joined(separator: ","))}'::oid[])"
    }
}
