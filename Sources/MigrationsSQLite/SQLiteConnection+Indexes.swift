import Migrations

/// Indexes that lack rows of their table.
extension SQLiteConnection {
    /// Rebuilds the indexes that were created on a text constant, before their column existed.
    ///
    /// By its definition such an index is right now, but it has the column's name for every row, and a statement that
    /// looks up a row's own value in it finds the database malformed.
    func rebuildIndexesOfConstants() throws {
        for index in try indexesOfConstants() { try execute("REINDEX main.\(index.quotedIdentifier)") }
    }

    /// Their names.
    func indexesOfConstants() throws -> [String] {
        try readSchema().tables.values.flatMap { table in
            try table.indexes.filter { try holdsConstant($0, of: table) }.map(\.name)
        }
    }

    /// Whether an index has the name of one of its columns as that column's value. A row that really has it is
    /// harmless.
    private func holdsConstant(_ index: Schema.Index, of table: Schema.Table) throws -> Bool {
        guard let columns = index.columns, !index.isPartial, index.isPlain else { return false }
        for (position, name) in columns.enumerated() {
            // The first column is looked up; later ones are scanned, and only numbers were added beside other columns.
            guard position == 0 || table.column(name)?.type == "INTEGER" else { continue }
            let found = try integer(
                """
                SELECT EXISTS (SELECT 1 FROM \(table.name.quotedIdentifier) INDEXED BY \(index.name.quotedIdentifier)
                    WHERE \(name.quotedIdentifier) = \(name.quotedLiteral))
                """)
            if found == 1 { return true }
        }
        return false
    }

    /// Damage in any table counts, as they share the file; values of other tables are their owner's business.
    public func brokenStructures(of tables: [String]) throws -> [String] {
        let answers: [String]
        do {
            answers = try integrityAnswers(isThorough: true).answers
        } catch let error as DatabaseError where error.kind == .damaged {
            return try damage(to: tables, isThorough: true).map(\.message)
        }
        let others = try tableNames().filter { !tables.contains($0) }
        let allowed = Set(others.map { "CHECK constraint failed in \($0)" })
        return answers.filter { answer in
            !allowed.contains(answer) && !others.contains { answer.hasPrefix("NULL value in \($0).") }
        }.prefix(100).map { "integrity check: \($0)" }
    }

    public func rebuildIndexes(of tables: [String]) throws {
        let present = try tableNames()
        for table in tables where present.contains(table) { try execute("REINDEX main.\(table.quotedIdentifier)") }
    }
}
