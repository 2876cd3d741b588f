public import Migrations

extension SQLiteConnection {
    /// Edits the table's definition: SQLite's own procedure for constraints and defaults, which `ALTER TABLE` cannot change.
    ///
    /// Defaults are written into the rows first: a row older than its column stores no value, and SQLite reads the
    /// column's default instead.
    public func alter(_ alteration: TableAlteration) throws {
        let table = alteration.table
        try makePrimaryKeys(alteration)
        guard let original = try statement(of: table) else {
            throw DatabaseError(.other, "the definition of table \(table) cannot be read")
        }
        var definition = original
        guard let present = try readSchema(of: [table]).tables[table] else {
            throw DatabaseError(.other, "there is no table \(table)")
        }
        for column in alteration.columns {
            guard let old = present.column(column.name) else {
                throw DatabaseError(.other, "table \(table) has no column \(column.name)")
            }
            if old.isNullable, ColumnText(column.sql)?.isRequired == true {
                try requireNoNull(in: column.name, of: table)
            }
            definition.replaceColumn(column, of: present)
        }
        let defaulted = alteration.columns.filter {
            ColumnText($0.sql)?.has(.defaultValue) == true || present.column($0.name)?.defaultValue != nil
        }
        try storeValues(of: defaulted.map(\.name), in: table)
        for name in alteration.unreferencedColumns {
            if !definition.removeConstraint("FOREIGN KEY", on: name), let column = present.column(name),
                present.foreignKeys.contains(where: { $0.columns == [name] })
            {
                // It is in the column's own definition.
                definition.replaceColumn(ColumnDefinition(column.definition), of: present)
                definition.removeConstraint("FOREIGN KEY", on: name)
            }
        }
        for key in alteration.foreignKeys { definition.append(key.sql) }
        guard definition.sql != original.sql else { return }
        try replaceDefinition(of: table, by: definition.sql)
        // A type is an affinity, which applies to values when they are written.
        let types =
            try readSchema(of: [table]).tables[table]?.columns.filter { $0.type != present.column($0.name)?.type } ?? []
        try storeValues(of: types.map(\.name), in: table)
        if !alteration.foreignKeys.isEmpty { writes.inserted.insert(table) }
    }

    /// A primary key is part of how a table is stored, so the table is copied where a column becomes one.
    private func makePrimaryKeys(_ alteration: TableAlteration) throws {
        guard let present = try readSchema(of: [alteration.table]).tables[alteration.table] else { return }
        let keys = alteration.columns.filter { column in
            guard let old = present.column(column.name), ColumnText(column.sql)?.has(.primaryKey) == true else {
                return false
            }
            return !old.isPrimaryKey || old.type != "INTEGER"
        }
        if !keys.isEmpty { try copy(present, replacing: keys) }
    }

    private func storeValues(of columns: [String], in table: String) throws {
        guard !columns.isEmpty else { return }
        let assignments = columns.map { "\($0.quotedIdentifier) = \($0.quotedIdentifier)" }
        try execute("UPDATE \(table.quotedIdentifier) SET \(assignments.joined(separator: ", "))")
    }

    private func requireNoNull(in column: String, of table: String) throws {
        let name = column.quotedIdentifier
        let rows = try integer("SELECT count(*) FROM \(table.quotedIdentifier) WHERE \(name) IS NULL")
        guard rows == 0 else {
            throw DatabaseError(
                .constraint, "\(rows.counted("row")) of \(table) without \(column), which must not be NULL")
        }
    }

    /// The procedure of SQLite's documentation for editing a stored definition, inside the migration transaction. Its
    /// last step, an integrity check, is done before the commit.
    private func replaceDefinition(of table: String, by sql: String) throws {
        try rememberComplaints(of: table)
        let version = try integer("PRAGMA main.schema_version")
        try execute("PRAGMA writable_schema = ON")
        do {
            // Without arguments, so that `plan --sql` can show the statement.
            let changed = try execute(
                """
                UPDATE main.sqlite_schema SET sql = \(sql.quotedLiteral)
                WHERE type = 'table' AND lower(name) = \(table.quotedLiteral)
                """, [])
            guard changed == 1 else {
                throw DatabaseError(.other, "\(changed.counted("definition")) of table \(table) changed instead of one")
            }
            // Other open connections notice, and re-read the definition.
            try execute("PRAGMA main.schema_version = \(version + 1)")
        } catch {
            uninterrupted { try? execute("PRAGMA writable_schema = OFF") }
            throw error
        }
        // Makes this connection re-read it.
        try execute("PRAGMA writable_schema = RESET")
    }

    private func rememberComplaints(of table: String) throws {
        if complaints[table] == nil { complaints[table] = try isSound ? [] : quickCheck(table) }
    }

    /// Checks each table whose definition was edited.
    func checkEditedTables() throws {
        for (table, before) in complaints.sorted(by: { $0.key < $1.key }) where try tableNames().contains(table) {
            guard let complaint = try quickCheck(table).subtracting(before).min() else { continue }
            throw DatabaseError(.constraint, "table \(table) does not fit its new definition: \(complaint)")
        }
    }

    private func quickCheck(_ table: String) throws -> Set<String> {
        begin(.proving, of: table)
        return try Set(complaints(about: table.quotedIdentifier, isThorough: false))
    }
}
