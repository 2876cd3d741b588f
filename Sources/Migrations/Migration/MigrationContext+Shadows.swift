/// Temporary views that shadow tables, to check what they will be: nothing is changed.
extension MigrationContext {
    /// Has statements of the present transaction find other columns in a table. A second view is of what the first one shows.
    func shadow(_ columns: [String], for table: String) throws {
        let name = table.quotedIdentifier
        let home =
            try dialect == .sqlite
            ? "main" : connection.query("SELECT quote_ident(current_schema())").first?[0].text ?? ""
        let source = shadows[table].map { "(\($0)) AS shown" } ?? "\(home).\(name)"
        if shadows[table] != nil { try connection.execute("DROP VIEW \(temporarySchema).\(name)") }
        let query = "SELECT \(columns.joined(separator: ", ")) FROM \(source)"
        try connection.execute("CREATE TEMPORARY VIEW \(name) AS \(query)")
        shadows[table] = query
    }

    /// Has statements find the tables again.
    func dropShadows() throws {
        for table in shadows.keys.sorted() {
            try connection.execute("DROP VIEW \(temporarySchema).\(table.quotedIdentifier)")
        }
        shadows = [:]
    }

    /// Drops those of these temporary tables that there are.
    public func dropTemporaryTables(_ names: [String]) throws {
        let present = try connection.query(
            dialect == .sqlite
                ? "SELECT name FROM temp.sqlite_schema WHERE type = 'table'"
                : "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
        ).compactMap { $0[0].text }
        for name in names where present.contains(name) {
            try connection.execute("DROP TABLE \(temporarySchema).\(name.quotedIdentifier)")
        }
    }

    /// The schema of temporary tables and views.
    public var temporarySchema: String { dialect == .sqlite ? "temp" : "pg_temp" }

    /// Has statements of the present transaction, and the schema, find the columns of a table as ``renameColumns(_:of:)`` will
    /// leave them.
    public func shadow(renaming names: [String: String], of table: String) throws {
        guard let present = schema.tables[table] else { return }
        let (renamed, filling) = (present.renamable(names), present.fillable(names))
        guard !renamed.isEmpty || !filling.isEmpty else { return }
        try shadow(
            present.columns.map { column in
                let name = column.name.quotedIdentifier
                if let old = filling[column.name] { return "coalesce(\(name), \(old.quotedIdentifier)) AS \(name)" }
                return renamed[column.name].map { "\(name) AS \($0.quotedIdentifier)" } ?? name
            }, for: table)
        schema.tables[table]?.rename(renamed)
    }

    /// Gives columns of a table other names. A column that already has the new name gets the values that it lacks, and the
    /// old one stays.
    public func renameColumns(_ names: [String: String], of table: String) throws {
        guard let present = schema.tables[table] else { return }
        let name = table.quotedIdentifier
        for (old, new) in present.renamable(names).sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                "ALTER TABLE \(name) RENAME COLUMN \(old.quotedIdentifier) TO \(new.quotedIdentifier)")
        }
        for (new, old) in present.fillable(names).sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                "UPDATE \(name) SET \(new.quotedIdentifier) = \(old.quotedIdentifier) WHERE \(new.quotedIdentifier) IS NULL"
            )
        }
        try refreshSchema(of: [table])
    }
}

extension Schema.Table {
    fileprivate func renamable(_ names: [String: String]) -> [String: String] {
        names.filter { column($0.key) != nil && column($0.value) == nil }
    }

    /// The columns of the new names beside those of the old ones, which they are filled from.
    fileprivate func fillable(_ names: [String: String]) -> [String: String] {
        let both = names.filter { column($0.key) != nil && column($0.value) != nil }
        return Dictionary(uniqueKeysWithValues: both.map { ($0.value, $0.key) })
    }

    fileprivate mutating func rename(_ names: [String: String]) {
        func renamed(_ name: String) -> String { names[name] ?? name }
        for index in columns.indices { columns[index].name = renamed(columns[index].name) }
        for index in foreignKeys.indices { foreignKeys[index].columns = foreignKeys[index].columns.map(renamed) }
        for index in uniqueConstraints.indices {
            uniqueConstraints[index].columns = uniqueConstraints[index].columns.map(renamed)
        }
        for index in indexes.indices {
            indexes[index].keys = indexes[index].keys.map { key in
                if case .column(let name) = key { .column(renamed(name)) } else { key }
            }
        }
    }
}
