public import Migrations

extension PostgresConnection {
    /// Rebuilds a table inside the migration transaction.
    ///
    /// The new rows are written once, to a table that takes the old one's place, where nothing is lost with the old one: see
    /// ``sequenceOfReplaceable(_:isFilled:)``. Otherwise the table stays the same object, with its privileges, comments,
    /// policies, triggers and views: the new rows are gathered in a temporary table, which writes no WAL; then the table
    /// itself is emptied, altered while it is empty, and refilled.
    public func rebuild(_ rebuild: TableRebuild) throws {
        let table = rebuild.table.name.quotedIdentifier
        let staging = rebuild.stagingTable.quotedIdentifier
        let sequence = try sequenceOfReplaceable(rebuild)
        // Generated columns stay, with the columns they are computed from.
        let stored = rebuild.columns.filter { !rebuild.generatedColumns.contains($0.name) }
        let definitions = stored.map { column in
            // Without its own sequence: the rows bring their ids along.
            column.name == rebuild.idColumn ? "\(column.name.quotedIdentifier) INTEGER NOT NULL" : column.sql
        }
        let kind = sequence == nil ? "TEMPORARY TABLE" : "TABLE"
        try execute("CREATE \(kind) \(staging) (\n    \(definitions.joined(separator: ",\n    "))\n)")
        for insert in rebuild.inserts { try execute(insert) }

        let incoming = try foreignKeys(where: "confrelid = \(regclass(rebuild.table.name)) AND conrelid <> confrelid")
        try drop(incoming)
        let statements: [String]
        if let sequence, try sequenceOfReplaceable(rebuild, isFilled: true) == sequence {
            statements = try [replace(rebuild, countingBy: sequence.quotedIdentifier)] + rebuild.indexes.map(\.sql)
        } else {
            let kept = try refill(rebuild, stored.map(\.name.quotedIdentifier).joined(separator: ", "))
            statements = rebuild.indexes.filter { !kept.contains($0.name) }.map(\.sql)
        }
        for (number, statement) in statements.enumerated() {
            begin(.indexing(number + 1, of: statements.count), of: rebuild.table.name)
            try execute(statement)
        }
        begin(.proving, of: rebuild.table.name)
        for foreignKey in rebuild.foreignKeys { try execute("ALTER TABLE \(table) ADD \(foreignKey)") }
        try restoreForeignKeys(incoming)
    }

    /// Puts the staging table in the place of the old one, with its sequence.
    /// - Returns: What makes its primary key.
    private func replace(_ rebuild: TableRebuild, countingBy sequence: String) throws -> String {
        let (table, staging) = (rebuild.table.name.quotedIdentifier, rebuild.stagingTable.quotedIdentifier)
        let id = (rebuild.idColumn ?? "").quotedIdentifier
        try execute(
            """
            ALTER SEQUENCE \(sequence) OWNED BY NONE;
            DROP TABLE \(table);
            ALTER TABLE \(staging) RENAME TO \(table);
            ALTER TABLE \(table) ALTER COLUMN \(id) SET DEFAULT nextval(\(sequence.quotedLiteral));
            ALTER SEQUENCE \(sequence) OWNED BY \(table).\(id)
            """)
        // PostgreSQL 18 names NOT NULL constraints, by the table that they are made for.
        let prefix = TableRebuild.stagingTable(for: "")
        let names = try query(
            """
            SELECT conname FROM pg_constraint
            WHERE conrelid = \(regclass(rebuild.table.name)) AND starts_with(conname, \(prefix.quotedLiteral))
            """)
        for name in try names.map({ try $0.text(0) }) {
            let new = String(name.dropFirst(prefix.count))
            try execute(
                "ALTER TABLE \(table) RENAME CONSTRAINT \(name.quotedIdentifier) TO \(new.quotedIdentifier)")
        }
        let key = (rebuild.table.primaryKeyName ?? "").quotedIdentifier
        return "ALTER TABLE \(table) ADD CONSTRAINT \(key) PRIMARY KEY (\(id))"
    }

    /// Replaces the rows of a table, and what differs from the staging table.
    /// - Returns: The names of the indexes that stay.
    private func refill(_ rebuild: TableRebuild, _ columns: String) throws -> Set<String> {
        let (table, staging) = (rebuild.table.name.quotedIdentifier, rebuild.stagingTable.quotedIdentifier)
        try drop(foreignKeys(where: "conrelid = \(regclass(rebuild.table.name))"))
        let kept = try dropIndexes(for: rebuild)
        try execute("TRUNCATE \(table)")
        try alter(rebuild)
        try execute("INSERT INTO \(table) (\(columns)) \(dialect.keepingIDs) SELECT \(columns) FROM \(staging)")
        try execute("DROP TABLE \(staging)")
        return kept
    }

    /// Alters the emptied table until its columns are those of the staging table.
    private func alter(_ rebuild: TableRebuild) throws {
        let old = try columns(of: regclass(rebuild.table.name))
        let new = try columns(of: "\(rebuild.stagingTable.quotedIdentifier.quotedLiteral)::regclass")
        var changes = rebuild.droppedColumns.map { "DROP COLUMN \($0.quotedIdentifier)" }
        for column in new {
            let name = column.name.quotedIdentifier
            if let present = old.first(where: { $0.name == column.name }) {
                changes += self.changes(from: present, to: column, using: "NULL::\(column.type)")
            } else {
                changes.append(
                    "ADD COLUMN \(name) \(column.type)" + (column.isNullable ? "" : " NOT NULL")
                        + (column.defaultValue.map { " DEFAULT \($0)" } ?? ""))
            }
        }
        try alter(rebuild.table.name, changes)
        if let id = rebuild.idColumn { try makeKey(id, of: rebuild.table.name, from: old) }
    }

    private func alter(_ table: String, _ changes: [String]) throws {
        guard !changes.isEmpty else { return }
        try execute("ALTER TABLE \(table.quotedIdentifier)\n    \(changes.joined(separator: ",\n    "))")
    }

    private func changes(from present: PresentColumn, to column: PresentColumn, using value: String) -> [String] {
        let name = column.name.quotedIdentifier
        var changes: [String] = []
        let isOther = column.defaultValue != present.defaultValue
        if present.isGenerated, !column.isGenerated { changes.append("ALTER COLUMN \(name) DROP EXPRESSION") }
        // The old one may have no value of the new type.
        if present.defaultValue != nil, isOther { changes.append("ALTER COLUMN \(name) DROP DEFAULT") }
        if present.type != column.type {
            changes.append("ALTER COLUMN \(name) TYPE \(column.type) USING \(value)")
        }
        if present.isNullable != column.isNullable {
            changes.append("ALTER COLUMN \(name) \(column.isNullable ? "DROP" : "SET") NOT NULL")
        }
        if let value = column.defaultValue, isOther { changes.append("ALTER COLUMN \(name) SET DEFAULT \(value)") }
        return changes
    }

    public func alter(_ alteration: TableAlteration) throws {
        let staging = TableRebuild.stagingTable(for: alteration.table).quotedIdentifier
        // The server itself interprets the definitions.
        try execute(
            "CREATE TEMPORARY TABLE \(staging) (\(alteration.columns.map(\.sql).joined(separator: ", ")))")
        let old = try columns(of: regclass(alteration.table))
        let new = try columns(of: "\(staging.quotedLiteral)::regclass")
        let key = new.first { $0.isSerial && $0.isPrimaryKey }
        let changes = try new.flatMap { column in
            guard let present = old.first(where: { $0.name == column.name }) else {
                throw DatabaseError(.other, "table \(alteration.table) has no column \(column.name)")
            }
            return self.changes(
                from: present, to: column, using: "\(column.name.quotedIdentifier)::\(column.type)")
        }
        try execute("DROP TABLE \(staging)")
        let replaced = Set(alteration.unreferencedColumns)
        try drop(
            foreignKeys(where: "conrelid = \(regclass(alteration.table))")
                .filter { $0.columns.count == 1 && replaced.contains($0.columns[0]) })
        try alter(alteration.table, changes + alteration.foreignKeys.map { "ADD \($0.sql)" })
        if let key { try makeKey(key.name, of: alteration.table, from: old) }
    }

    /// Makes a column a primary key with its own sequence, as far as it is not.
    private func makeKey(_ key: String, of table: String, from old: [PresentColumn]) throws {
        guard let present = old.first(where: { $0.name == key }) else { return }
        let name = key.quotedIdentifier
        if !present.isPrimaryKey { try alter(table, ["ADD PRIMARY KEY (\(name))"]) }
        guard !present.isSerial else { return }
        // The sequence that has lost its column, or a new one with a free name.
        let relation = regclass(table)
        let sequence =
            try query(
                """
                SELECT format('%I', q.name) FROM (
                    SELECT \("\(table)_\(key)_seq".quotedLiteral) || coalesce(nullif(number, 0)::text, '') AS name, number
                    FROM generate_series(0, 99) AS number
                ) AS q LEFT JOIN pg_class AS c ON c.relname = q.name AND c.relnamespace = quote_ident(current_schema())::regnamespace
                WHERE c.oid IS NULL OR c.relkind = 'S' AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = \(relation))
                    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                        AND d.deptype IN ('a', 'i') AND d.refobjid <> \(relation))
                ORDER BY q.number LIMIT 1
                """
            ).first?[0].text ?? ""
        // A sequence belongs to the owner of its table.
        let owner =
            try query("SELECT relowner::regrole::text FROM pg_class WHERE oid = \(relation)").first?[0].text ?? ""
        try execute(
            """
            CREATE SEQUENCE IF NOT EXISTS \(sequence) AS integer;
            ALTER SEQUENCE \(sequence) OWNER TO \(owner);
            ALTER SEQUENCE \(sequence) OWNED BY \(table.quotedIdentifier).\(name);
            ALTER TABLE \(table.quotedIdentifier) ALTER COLUMN \(name) SET DEFAULT nextval(\(sequence.quotedLiteral))
            """)
        try advanceSequence(of: table, past: 0)
    }

    private struct PresentColumn {
        var name: String
        var type: String
        var isNullable: Bool
        /// In SQL; `nil` also for what a sequence or an expression assigns.
        var defaultValue: String?
        var isGenerated: Bool
        var isSerial: Bool
        var isPrimaryKey: Bool
    }

    private func columns(of relation: String) throws -> [PresentColumn] {
        try query(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                a.attidentity <> '' OR EXISTS (SELECT FROM pg_depend AS p JOIN pg_class AS s ON s.oid = p.refobjid
                    WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND s.relkind = 'S'
                        AND p.refclassid = 'pg_class'::regclass),
                EXISTS (SELECT FROM pg_index AS i
                    WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)),
                a.attgenerated <> ''
            FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = \(relation) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """
        ).map { row in
            let (isSerial, isGenerated) = (row[4].boolean == true, row[6].boolean == true)
            return try PresentColumn(
                name: row.text(0), type: row.text(1), isNullable: row[2].boolean == true,
                defaultValue: isSerial || isGenerated ? nil : row[3].text, isGenerated: isGenerated,
                isSerial: isSerial, isPrimaryKey: row[5].boolean == true)
        }
    }

    /// The application's indexes are dropped before the copy: building them afterwards is many times faster. Those stay
    /// that carry something of the operator's: a replica identity, a clustering, a tablespace, parameters, or a
    /// comment.
    /// - Returns: The names of the indexes that stay.
    private func dropIndexes(for rebuild: TableRebuild) throws -> Set<String> {
        let table = rebuild.table.name.quotedIdentifier
        for constraint in rebuild.table.uniqueConstraints where !rebuild.keptConstraints.contains(constraint) {
            try execute("ALTER TABLE \(table) DROP CONSTRAINT \(constraint.name.quotedIdentifier)")
        }
        let marked = try query(
            """
            SELECT x.relname FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
            WHERE i.indrelid = \(regclass(rebuild.table.name)) AND (i.indisreplident OR i.indisclustered
                OR x.reltablespace <> 0 OR x.reloptions IS NOT NULL OR obj_description(x.oid, 'pg_class') IS NOT NULL)
            """
        ).compactMap { $0[0].text }
        let kept = rebuild.table.indexes.filter { index in
            rebuild.keptIndexes.contains(index)
                || (marked.contains(index.name) && rebuild.indexes.contains { $0.isEquivalent(to: index) })
        }.map(\.name)
        for index in rebuild.table.indexes where !kept.contains(index.name) {
            try execute("DROP INDEX \(index.name.quotedIdentifier)")
        }
        return Set(kept)
    }

    /// A table of the current schema, whatever else is in the search path before it.
    func regclass(_ table: String) -> String {
        "(quote_ident(current_schema()) || '.' || \(table.quotedIdentifier.quotedLiteral))::regclass"
    }
}

extension PostgresConnection {
    public func suspendForeignKeys(of tables: [String]) throws -> [SuspendedForeignKey] {
        let list = tables.map { $0.quotedLiteral }.joined(separator: ", ")
        let relations = """
            SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relname IN (\(list))
            """
        let affected = try foreignKeys(where: "conrelid IN (\(relations)) OR confrelid IN (\(relations))")
        try drop(affected)
        return affected
    }

    public func foreignKeys(fromOutsideTo table: String) throws -> [SuspendedForeignKey] {
        try foreignKeys(
            where: """
                confrelid = \(regclass(table)) AND n.nspname <> current_schema() AND confkey = ARRAY(
                    SELECT attnum FROM pg_attribute WHERE attrelid = confrelid AND attname = 'id')
                """)
    }

    public func restoreForeignKeys(_ foreignKeys: [SuspendedForeignKey]) throws {
        for key in foreignKeys {
            let name = key.name.quotedIdentifier
            try execute("ALTER TABLE \(key.relation) ADD CONSTRAINT \(name) \(key.definition)")
            guard let comment = key.comment else { continue }
            try execute("COMMENT ON CONSTRAINT \(name) ON \(key.relation) IS \(comment.quotedLiteral)")
        }
    }

    private func foreignKeys(where condition: String) throws -> [SuspendedForeignKey] {
        try query(
            """
            SELECT CASE WHEN n.nspname = current_schema() THEN c.relname ELSE q.relation END, o.conname,
                pg_get_constraintdef(o.oid), array_to_string(ARRAY(
                    SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)
                ), chr(10)), obj_description(o.oid, 'pg_constraint'), q.relation
            FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT
                CASE WHEN n.nspname = current_schema() THEN format('%I', c.relname)
                    ELSE format('%I.%I', n.nspname, c.relname) END AS relation) AS q
            WHERE o.contype = 'f' AND o.conparentid = 0 AND (\(condition)) ORDER BY o.conname
            """
        ).map { row in
            try SuspendedForeignKey(
                table: row.text(0), name: row.text(1),
                columns: row.text(3).split(separator: "\n").map(String.init), definition: row.text(2),
                comment: row[4].text, relation: row.text(5))
        }
    }

    private func drop(_ foreignKeys: [SuspendedForeignKey]) throws {
        for key in foreignKeys {
            try execute(
                "ALTER TABLE \(key.relation) DROP CONSTRAINT \(key.name.quotedIdentifier)")
        }
    }

    public func addColumn(_ definition: String, backfill: String?, to table: String) throws {
        let name = table.quotedIdentifier
        guard let backfill else { return try execute("ALTER TABLE \(name) ADD COLUMN \(definition)") }
        // A constant default is stored once for all existing rows, so neither statement rewrites the table.
        try execute("ALTER TABLE \(name) ADD COLUMN \(definition) DEFAULT \(backfill)")
        let column = ColumnDefinition(definition).name.quotedIdentifier
        try execute("ALTER TABLE \(name) ALTER COLUMN \(column) DROP DEFAULT")
    }

    public func dropUniqueConstraint(_ constraint: Schema.UniqueConstraint, of table: Schema.Table) throws {
        try execute(
            "ALTER TABLE \(table.name.quotedIdentifier) DROP CONSTRAINT \(constraint.name.quotedIdentifier)")
    }

    public func lastAssignedID(in table: String) throws -> Int64 {
        guard let sequence = try sequence(of: table) else { return 0 }
        return try integer("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM \(sequence)")
    }

    public func advanceSequence(of table: String, past floor: Int64) throws {
        guard let sequence = try sequence(of: table) else { return }
        let highest = try max(floor, integer("SELECT coalesce(max(id), 0) FROM \(table.quotedIdentifier)"))
        guard try highest > lastAssignedID(in: table) else { return }
        // Unlike setval(), it is rolled back: a second attempt assigns the same ids.
        try execute("ALTER SEQUENCE \(sequence) RESTART WITH \(highest + 1)")
    }

    private func sequence(of table: String) throws -> String? {
        try query(
            "SELECT pg_get_serial_sequence(quote_ident(current_schema()) || '.' || $1, 'id')",
            [.text(table.quotedIdentifier)]
        ).first?[0].text
    }
}
