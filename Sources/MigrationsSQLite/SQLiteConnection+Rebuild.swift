import CSQLite
public import Migrations

extension SQLiteConnection {
    /// Rebuilds a table inside the migration transaction: steps 4 to 9 of SQLite's procedure for changes that
    /// `ALTER TABLE` cannot make.
    ///
    /// The new table takes the old one's name, never the other way round: renaming the old one would re-point the foreign
    /// keys of other tables to it.
    public func rebuild(_ rebuild: TableRebuild) throws {
        let table = rebuild.table.name.quotedIdentifier
        let staging = rebuild.stagingTable.quotedIdentifier
        guard let old = try statement(of: rebuild.table.name) else {
            throw DatabaseError(.other, "the definition of table \(rebuild.table.name) cannot be read")
        }
        try execute(old.rebuilt(rebuild, as: staging))
        for insert in rebuild.inserts { try execute(insert) }
        try execute("DROP TABLE \(table)")
        try rename(staging, to: table)
        let indexes = rebuild.indexes + rebuild.keptIndexes
        for (number, index) in indexes.enumerated() {
            begin(.indexing(number + 1, of: indexes.count), of: rebuild.table.name)
            try execute(index.sql)
        }

        writes.inserted.insert(rebuild.table.name)
        writes.deleted.insert(rebuild.table.name)
    }

    /// Renames a table. SQLite reads the whole schema then; what of it only another program can read is no error while
    /// definitions may be written.
    private func rename(_ table: String, to name: String) throws {
        let sql = "ALTER TABLE \(table) RENAME TO \(name)"
        do {
            try execute(sql)
        } catch let error as DatabaseError where error.message.hasPrefix("error in index ") {
            try execute("PRAGMA writable_schema = ON")
            defer { uninterrupted { try? execute("PRAGMA writable_schema = OFF") } }
            try execute(sql)
        }
    }

    /// The definition of a table as it is stored, `nil` when there is none.
    func statement(of table: String) throws -> TableStatement? {
        try query("SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND lower(name) = $1", [.text(table)])
            .first?[0].text.flatMap(TableStatement.init)
    }

    /// Adds a column; a NOT NULL one is backfilled, and the default that SQLite demands for it is removed afterwards.
    public func addColumn(_ definition: String, backfill: String?, to table: String) throws {
        let name = table.quotedIdentifier
        guard let backfill else { return try execute("ALTER TABLE \(name) ADD COLUMN \(definition)") }
        let column = ColumnDefinition(definition)
        try execute("ALTER TABLE \(name) ADD COLUMN \(definition) DEFAULT \(backfill)")
        try alter(TableAlteration(table: table, columns: [column]))
    }

    /// A constraint is part of the table's definition, so the table is rebuilt without it.
    public func dropUniqueConstraint(_ constraint: Schema.UniqueConstraint, of table: Schema.Table) throws {
        try copy(table, replacing: []) { $0 != constraint }
    }

    /// Rebuilds a table from itself, with other definitions of some columns and without some UNIQUE constraints.
    func copy(
        _ table: Schema.Table, replacing columns: [ColumnDefinition],
        keeping isKept: (Schema.UniqueConstraint) -> Bool = { _ in true }
    ) throws {
        let names = table.columns.filter { !$0.isGenerated }.map(\.name.quotedIdentifier).joined(separator: ", ")
        let staging = TableRebuild.stagingTable(for: table.name).quotedIdentifier
        try rebuild(
            TableRebuild(
                table: table,
                columns: table.columns.map { column in
                    columns.first { $0.name == column.name } ?? ColumnDefinition(column.definition)
                },
                idColumn: nil,
                keptColumns: table.columns.map(\.name).filter { name in !columns.contains { $0.name == name } },
                generatedColumns: table.columns.filter(\.isGenerated).map(\.name),
                foreignKeys: table.foreignKeys.map(\.definition),
                inserts: ["INSERT INTO \(staging) (\(names)) SELECT \(names) FROM \(table.name.quotedIdentifier)"],
                indexes: [],
                keptIndexes: table.indexes,
                keptConstraints: table.uniqueConstraints.filter(isKept),
                droppedColumns: []
            ))
    }

    public func lastAssignedID(in table: String) throws -> Int64 {
        let hasSequence = try integer("SELECT count(*) FROM main.sqlite_schema WHERE name = 'sqlite_sequence'")
        guard hasSequence > 0 else { return 0 }
        return try integer("SELECT seq FROM main.sqlite_sequence WHERE lower(name) = $1", [.text(table)])
    }
}
