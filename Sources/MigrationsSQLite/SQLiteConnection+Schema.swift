import CSQLite
public import Migrations

extension SQLiteConnection {
    /// Reads tables, columns, indexes and foreign keys. Temporary tables may have the same names, and are found first where
    /// `main` is not named.
    ///
    /// The statements that made a table and its indexes say all of it: a table whose statements are those of an earlier look
    /// is not read again.
    ///
    /// SQLite compares names without the case of ASCII letters. So that everybody else need not know, all names are read in
    /// lower case.
    public func readSchema(of names: Set<String>?) throws -> Schema {
        let list = names.map { $0.sorted().map(\.quotedLiteral).joined(separator: ", ") }
        let filter = list.map { "tbl_name COLLATE NOCASE IN (\($0))" } ?? "TRUE"
        return try inOneSnapshot { try read(statements(where: filter).statements) }
    }

    public func readSchema(detailing names: Set<String>) throws -> Schema {
        let names = Set(names.map(\.asciiLowercased))
        return try inOneSnapshot {
            let (statements, others) = try statements(detailing: names)
            return try read(statements).naming(others)
        }
    }

    private func inOneSnapshot(_ body: () throws -> Schema) throws -> Schema {
        guard sqlite3_get_autocommit(handle) != 0 else { return try body() }
        return try withReadTransaction(of: [], body)
    }

    /// The statements that made tables and their indexes.
    /// - Parameters:
    ///   - filter: Which rows of SQLite's schema to look at, in SQL.
    ///   - names: Of which tables the statements are wanted; `nil` for all. A long list in SQL would cost more than it saves.
    /// - Returns: The statements, and the names of the other tables.
    private func statements(
        where filter: String = "TRUE", detailing names: Set<String>? = nil
    ) throws -> (statements: [String: TableStatements], others: [String]) {
        var statements: [String: TableStatements] = [:]
        var others: [String] = []
        try visitRows(
            """
            SELECT type, tbl_name, name, sql, rootpage FROM main.sqlite_schema
            WHERE \(filter) AND type IN ('table', 'index') AND \(Self.isOwn)
            """, []
        ) {
            let table = try $0.text(1).asciiLowercased
            guard names?.contains(table) != false else { return others.append(table) }
            try statements[table, default: TableStatements()].add($0)
        }
        return (statements, others)
    }

    private func read(_ statements: [String: TableStatements]) throws -> Schema {
        for (name, statements) in statements where readStatements[name] != statements {
            readTables[name] = try readTable(name, statements)
            readStatements[name] = statements
        }
        var schema = Schema(dialect: .sqlite)
        // All of these are among the tables that were read: where there are as many, they are the same.
        schema.tables =
            readTables.count == statements.count
            ? readTables : statements.reduce(into: [:]) { $0[$1.key] = readTables[$1.key] }
        return schema
    }

    /// Not one of SQLite's internal tables and indexes.
    static let isOwn = #"name NOT LIKE 'sqlite\_%' ESCAPE '\'"#

    private func readTable(_ name: String, _ statements: TableStatements) throws -> Schema.Table {
        // To take a statement apart costs far more than to read it, and hardly any needs it.
        let statement = TableStatement.mayTellMore(statements.table) ? TableStatement(statements.table) : nil
        var table = Schema.Table(name: name, columns: [], isAutoincrement: statement?.isAutoincrement == true)
        // The columns of a virtual one are known to its module, which may not be there.
        if !statements.isVirtual {
            try readColumns(into: &table)
            guard !table.columns.isEmpty else { throw Self.unreadable("table \(name)") }
        }
        try readIndexes(into: &table, statements)
        try readForeignKeys(into: &table, statement?.references ?? [])
        return table
    }

    /// The names of the tables, without virtual ones: their module may not be there.
    func tableNames() throws -> Set<String> {
        try Set(
            query(
                "SELECT lower(name) FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND \(Self.isOwn)"
            )
            .compactMap { $0[0].text })
    }

    private func readColumns(into table: inout Schema.Table) throws {
        try readPragma("table_xinfo", of: table.name) { row in
            let type = try row.text(2).uppercased()
            let isPrimaryKey = row[5].integer != 0
            table.columns.append(
                Schema.Column(
                    name: try row.text(1).asciiLowercased,
                    type: type,
                    // The rowid is never NULL, declared so or not.
                    isNullable: row[3].integer == 0 && !(isPrimaryKey && type == "INTEGER"),
                    defaultValue: row[4].text,
                    isPrimaryKey: isPrimaryKey,
                    isGenerated: row[6].integer == 2 || row[6].integer == 3
                ))
        }
    }

    /// Reads them in the order of their names.
    private func readIndexes(into table: inout Schema.Table, _ statements: TableStatements) throws {
        var indexes: [(origin: String, index: Schema.Index)] = []
        try readPragma("index_list", of: table.name) { row in
            let name = try row.text(1).asciiLowercased
            let index = Schema.Index(
                name: name, keys: [], isUnique: row[2].integer == 1, isPartial: row[4].integer == 1,
                sql: statements.indexes[name] ?? "")
            indexes.append((try row.text(3), index))
        }
        indexes.sort { $0.index.name < $1.index.name }
        // An index inherits the collations of its columns, and its statement does not say so.
        let hasCollations = TableStatement.mayContain("COLLATE", statements.table)
        for (origin, var index) in indexes where origin != "pk" {
            let columns = hasCollations ? nil : IndexKeys.columns(of: index.sql)
            if let columns, columns.allSatisfy({ table.column($0) != nil }) {
                index.keys = columns.map { .column($0) }
            } else {
                try readKeys(into: &index)
            }
            if origin == "c" {
                table.indexes.append(index)
            } else {
                table.uniqueConstraints.append(
                    Schema.UniqueConstraint(name: index.name, columns: index.columns ?? []))
            }
        }
    }

    private func readKeys(into index: inout Schema.Index) throws {
        // Behind the keys are the columns by which SQLite finds the row.
        try readPragma("index_xinfo", of: index.name) { row in
            guard row[5].integer == 1 else { return }
            let key: Schema.Index.Key =
                if let column = row[2].text {
                    .column(column.asciiLowercased)
                } else {
                    IndexKeys.key(at: index.keys.count, of: index.sql)
                }
            index.keys.append(key)
            if row[3].integer == 1 || row[4].text != "BINARY" { index.isPlain = false }
        }
        guard !index.keys.isEmpty else { throw Self.unreadable("index \(index.name)") }
    }

    /// It is not found by its name as it was read.
    private static func unreadable(_ object: String) -> DatabaseError {
        DatabaseError(.other, "the name of \(object) is not UTF-8: rename it, or drop it")
    }

    private func readForeignKeys(into table: inout Schema.Table, _ references: [TableStatement.Reference]) throws {
        try readPragma("foreign_key_list", of: table.name) { row in
            if row[1].integer == 0 {
                // The last one written comes first.
                let written = try references.dropLast(Int(row.integer(0))).last
                try table.foreignKeys.append(
                    Schema.ForeignKey(
                        name: written?.name, columns: [], referencedTable: row.text(2).asciiLowercased,
                        referencedColumns: [], onDelete: row.text(6), onUpdate: row.text(5), match: written?.match,
                        deferrability: written?.deferrability))
            }
            let last = table.foreignKeys.count - 1
            try table.foreignKeys[last].columns.append(row.text(3).asciiLowercased)
            // Without columns it refers to the primary key.
            let key = try row[4].text == nil ? primaryKey(of: table.foreignKeys[last].referencedTable) : []
            let place = table.foreignKeys[last].referencedColumns.count
            table.foreignKeys[last].referencedColumns.append(
                row[4].text?.asciiLowercased ?? (key.indices.contains(place) ? key[place] : "id"))
        }
    }

    /// The columns of a table's primary key in its order; none when the table is missing.
    private func primaryKey(of table: String) throws -> [String] {
        var columns: [(place: Int64, name: String)] = []
        try readPragma("table_info", of: table) { row in
            if try row.integer(5) > 0 { try columns.append((row.integer(5), row.text(1).asciiLowercased)) }
        }
        return columns.sorted { $0.place < $1.place }.map(\.name)
    }

    /// A pragma by itself costs SQLite less than half of what its table-valued function does, which prepares it as well.
    private func readPragma(_ pragma: String, of name: String, _ body: (StatementRow) throws -> Void) throws {
        try readRows("PRAGMA main.\(pragma)(\(name.quotedIdentifier))", [], body)
    }
}

/// The statements that made a table and, by name, its indexes.
struct TableStatements: Equatable {
    var table = ""
    var isVirtual = false
    var indexes: [String: String] = [:]

    /// Adds a statement: its kind, the table, the name, its text and the page where the rows are.
    mutating func add(_ row: StatementRow) throws {
        let sql = try row.text(3)
        guard row[0].text == "table" else { return try indexes[row.text(2).asciiLowercased] = sql }
        guard table.isEmpty else {
            let name = try row.text(1).asciiLowercased
            throw DatabaseError(
                .other, "two tables are named \(name), written with other characters: rename one of them")
        }
        table = sql
        isVirtual = row[4].integer == 0
    }
}

/// Reads the keys of a `CREATE INDEX` statement.
enum IndexKeys {
    /// The columns of an index whose statement has the plain form, as nearly all do; `nil` for any other, and where a name is not
    /// ASCII: SQLite compares it by its bytes, and Swift does not. To ask SQLite for them takes several times as long.
    static func columns(of sql: String) -> [String]? {
        guard sql.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let index = IndexStatement(sql).index
        return index.isPlain && !index.isPartial ? index.columns?.map(\.asciiLowercased) : nil
    }

    /// The key at a position where no pragma reports a column: an expression as it was written, or a constant when all of it is
    /// one quoted text: SQLite took a name for it that is no column.
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
