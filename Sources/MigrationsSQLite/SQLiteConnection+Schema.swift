import CSQLite
public import Migrations

extension SQLiteConnection {
    /// Reads tables, columns, indexes and foreign keys in four queries, whatever their number. Temporary tables may have the
    /// same names, and are found first where `main` is not named.
    ///
    /// The statements that made a table and its indexes say all of it: a table whose statements are those of an earlier look
    /// is not read again.
    ///
    /// SQLite compares names without the case of ASCII letters. So that everybody else need not know, all names are read in
    /// lower case.
    public func readSchema(of names: Set<String>?) throws -> Schema {
        let statements = try statements(ofTables: names)
        return try read(statements, isWhole: names == nil)
    }

    public func readSchema(detailing names: Set<String>) throws -> Schema {
        var all: [String] = []
        try forEachRow("SELECT lower(name) FROM main.sqlite_schema WHERE type = 'table' AND \(Self.isOwn)", []) {
            try all.append($0.text(0))
        }
        let detailed = try statements(ofTables: names)
        return try read(detailed, isWhole: detailed.count == all.count).naming(all)
    }

    private func statements(ofTables names: Set<String>?) throws -> [String: TableStatements] {
        var statements: [String: TableStatements] = [:]
        try forEachRow(
            """
            SELECT type, lower(tbl_name), lower(name), sql, type = 'table' AND (\(TableStatement.mayTellMore))
            FROM main.sqlite_schema AS m
            WHERE type IN ('table', 'index') AND \(Self.isOwn)\(Self.filter(names))
            """, []
        ) {
            let (table, sql) = try ($0.text(1), $0.text(3))
            if $0[0].text == "table" {
                statements[table, default: TableStatements()].table = sql
                statements[table]?.mayTellMore = $0[4].integer == 1
            } else {
                try statements[table, default: TableStatements()].indexes[$0.text(2)] = sql
            }
        }
        return statements
    }

    /// - Parameter isWhole: Whether these are all tables, so that a query need not be limited to them.
    private func read(_ statements: [String: TableStatements], isWhole: Bool) throws -> Schema {
        let unread = statements.filter { readTables[$0.key]?.statements != $0.value }
        if !unread.isEmpty {
            try readTables(unread, Self.filter(isWhole && unread.count == statements.count ? nil : Set(unread.keys)))
        }
        return Schema(dialect: .sqlite, tables: statements.keys.compactMap { readTables[$0]?.table })
    }

    /// Not one of SQLite's internal tables and indexes.
    private static let isOwn = #"name NOT LIKE 'sqlite\_%' ESCAPE '\'"#

    /// Limits a query of `sqlite_schema AS m` to some tables.
    private static func filter(_ names: Set<String>?) -> String {
        guard let names else { return "" }
        return " AND m.tbl_name COLLATE NOCASE IN (\(names.sorted().map(\.quotedLiteral).joined(separator: ", ")))"
    }

    private func readTables(_ statements: [String: TableStatements], _ filter: String) throws {
        // To take a statement apart costs far more than to read it, and hardly any needs it.
        let texts = statements.filter(\.value.mayTellMore)
            .compactMapValues { TableStatement($0.table) }
        var tables = statements.reduce(into: [:]) {
            $0[$1.key] = Schema.Table(
                name: $1.key, columns: [], isAutoincrement: texts[$1.key]?.isAutoincrement == true)
        }
        try readColumns(into: &tables, filter)
        try readIndexes(into: &tables, filter, sql: statements.values.reduce(into: [:]) { $0.merge($1.indexes) { $1 } })
        try readForeignKeys(into: &tables, filter, texts)
        for (name, table) in tables { readTables[name] = (statements[name] ?? TableStatements(), table) }
    }

    /// The names of the tables, without virtual ones: their module may not be there.
    func tableNames() throws -> Set<String> {
        try Set(
            query(
                "SELECT lower(name) FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND \(Self.isOwn)"
            )
            .compactMap { $0[0].text })
    }

    private func readColumns(into tables: inout [String: Schema.Table], _ filter: String) throws {
        try forEachRow(
            """
            SELECT lower(m.name), lower(c.name), c.type, c."notnull", c.dflt_value, c.pk, c.hidden IN (2, 3)
            FROM main.sqlite_schema AS m, pragma_table_xinfo(m.name, 'main') AS c
            WHERE m.type = 'table' AND m.rootpage > 0\(filter) ORDER BY m.name, c.cid
            """, []
        ) { row in
            let type = try row.text(2).uppercased()
            let isPrimaryKey = row[5].integer != 0
            try tables[row.text(0)]?.columns.append(
                Schema.Column(
                    name: row.text(1),
                    type: type,
                    // The rowid is never NULL, declared so or not.
                    isNullable: row[3].integer == 0 && !(isPrimaryKey && type == "INTEGER"),
                    defaultValue: row[4].text,
                    isPrimaryKey: isPrimaryKey,
                    isGenerated: row[6].integer == 1
                ))
        }
    }

    private func readIndexes(into tables: inout [String: Schema.Table], _ filter: String, sql: [String: String]) throws
    {
        var indexes: [(table: String, origin: String, index: Schema.Index)] = []
        try forEachRow(
            """
            SELECT lower(m.name), lower(i.name), i."unique", i.origin, i.partial, k.cid, lower(k.name), k.seqno,
                k."desc" OR k.coll <> 'BINARY'
            FROM main.sqlite_schema AS m, pragma_index_list(m.name, 'main') AS i,
                pragma_index_xinfo(i.name, 'main') AS k
            WHERE m.type = 'table' AND k.key = 1\(filter) ORDER BY m.name, i.name, k.seqno
            """, []
        ) { row in
            let name = try row.text(1)
            if row[7].integer == 0 {
                let index = Schema.Index(
                    name: name, keys: [], isUnique: row[2].integer == 1, isPartial: row[4].integer == 1,
                    sql: sql[name] ?? "")
                indexes.append((try row.text(0), try row.text(3), index))
            }
            let key: Schema.Index.Key =
                if let column = row[6].text {
                    .column(column)
                } else {
                    IndexKeys.key(at: Int(try row.integer(7)), of: sql[name] ?? "")
                }
            indexes[indexes.count - 1].index.keys.append(key)
            if row[8].integer == 1 { indexes[indexes.count - 1].index.isPlain = false }
        }
        for (table, origin, index) in indexes {
            switch origin {
            case "c": tables[table]?.indexes.append(index)
            case "u":
                tables[table]?.uniqueConstraints.append(
                    Schema.UniqueConstraint(name: index.name, columns: index.columns ?? []))
            default: break
            }
        }
    }

    private func readForeignKeys(
        into tables: inout [String: Schema.Table], _ filter: String, _ statements: [String: TableStatement]
    ) throws {
        var written: [String: [TableStatement.Reference]] = [:]
        try forEachRow(
            """
            SELECT lower(m.name), f.seq, lower(f."table"), lower(f."from"), lower(coalesce(f."to", 'id')), f.on_delete,
                f.on_update, f.id
            FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f
            WHERE m.type = 'table'\(filter) ORDER BY m.name, f.id, f.seq
            """, []
        ) { row in
            let table = try row.text(0)
            if row[1].integer == 0 {
                if written[table] == nil { written[table] = statements[table]?.references ?? [] }
                // The last one written comes first.
                let written = try written[table]?.dropLast(Int(row.integer(7))).last
                try tables[table]?.foreignKeys.append(
                    Schema.ForeignKey(
                        name: written?.name, columns: [], referencedTable: row.text(2), referencedColumns: [],
                        onDelete: row.text(5), onUpdate: row.text(6), match: written?.match,
                        deferrability: written?.deferrability))
            }
            guard let last = tables[table]?.foreignKeys.indices.last else { return }
            try tables[table]?.foreignKeys[last].columns.append(row.text(3))
            try tables[table]?.foreignKeys[last].referencedColumns.append(row.text(4))
        }
    }
}

/// The statements that made a table and, by name, its indexes.
struct TableStatements: Equatable {
    var table = ""
    /// Whether the table's statement has to be taken apart.
    var mayTellMore = false
    var indexes: [String: String] = [:]
}

/// Reads the key expressions of a `CREATE INDEX` statement, which no pragma reports.
enum IndexKeys {
    /// The key at a position: an expression as it was written, or a constant when all of it is one quoted text: SQLite took
    /// a name for it that is no column.
    static func key(at position: Int, of sql: String) -> Schema.Index.Key {
        guard let list = SQLText.words(sql).last, list.hasPrefix("(") else { return .expression("") }
        let keys = SQLText.list(list.dropFirst().dropLast())
        guard keys.indices.contains(position) else { return .expression("") }
        let key = keys[position].trimmingSpaces()
        let words = SQLText.words(key)
        guard words.count == 1, key.hasPrefix("\"") || key.hasPrefix("'"), let text = SQLText.name(at: words[0]) else {
            return .expression(key)
        }
        return .constant(text)
    }
}
