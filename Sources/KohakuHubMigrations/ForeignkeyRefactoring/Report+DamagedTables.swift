import Migrations

/// What the application's own tables always have, and a table that was damaged or created by hand may lack.
extension ForeignkeyRefactoring {
    /// The missing columns, the users, organizations and repositories without a needed value, and the rows that share
    /// an id. Decisions need all of them.
    func incompleteTables(_ context: MigrationContext) throws -> [Finding] {
        if let missing = try missingRepositories(context) { return [missing] }
        let shared = try HubTable.all.map(\.name).compactMap(context.sharedIDs)
        guard shared.isEmpty else { return shared }
        return try HubTable.all.sorted { $0.name < $1.name }.flatMap { try incompleteRows(of: $0, context) }
    }

    private func incompleteRows(of table: HubTable, _ context: MigrationContext) throws -> [Finding] {
        let schema = context.schema
        guard let present = schema.tables[table.name] else { return [] }
        // 003 handles a table `commit` that is not its own.
        if try table.name == "commit" && !CommitTable().signature.holds(on: schema) { return [] }
        var columns = table.isOld(on: schema) ? table.neededColumns : table.requiredColumns
        columns.removeAll { $0 == "usage_count" }
        // The namespace names the owner when the id is unknown, but not without the column.
        if table.name == "repository", present.column("owner_id") == nil { columns.append("owner_id") }
        return try columns.compactMap { name in
            guard let column = present.column(name) else { return try context.missingColumn(name, of: table.name) }
            guard table.ownsRows, column.isNullable else { return nil }
            return try context.finding(
                .error, code: "missing_value", table: table.name,
                about: """
                    SELECT 'id ' || "id" FROM \(table.name.quotedIdentifier) WHERE \(name.quotedIdentifier) IS NULL
                    ORDER BY "id"
                    """,
                action: "Give them one. What belongs to a row would go with it if you deleted it."
            ) {
                "\($0.counted("row")) of \(table.name) without \(name): what it was cannot be known."
            }
        }
    }

    private func missingRepositories(_ context: MigrationContext) throws -> Finding? {
        guard !context.hasTable("repository") else { return nil }
        let owned = ["commit", "file", "lfsobjecthistory", "stagingupload"].filter(context.hasTable)
        let rows = try owned.reduce(0) { try $0 + context.connection.countRows(in: $1) }
        return Finding(
            .error, code: "missing_table", table: "repository", count: rows,
            message:
                "Table repository is missing, to which \(rows.counted("row")) of \(owned.joined(separator: ", ")) belong.",
            action: "Restore a backup.")
    }

    /// Rows that violate the new unique indexes; only a hub that lost its own unique indexes has them.
    func duplicateRows(_ context: MigrationContext) throws -> [Finding] {
        try HubTable.all.flatMap { table in
            try table.uniqueColumns.compactMap { try duplicateRows(of: table.name, in: $0, context) }
        }
    }

    private func duplicateRows(of table: String, in columns: [String], _ context: MigrationContext) throws -> Finding? {
        guard let present = context.schema.tables[table],
            try !Signature.uniqueIndex(table, columns: columns).holds(on: context.schema),
            columns.allSatisfy({ present.column($0) != nil })
        else { return nil }
        let quoted = columns.map(\.quotedIdentifier)
        let list = quoted.joined(separator: ", ")
        return try context.finding(
            .error, code: "duplicate_rows", table: table,
            about: """
                SELECT \(quoted.joined(separator: " || ', ' || ")) FROM \(table.quotedIdentifier)
                WHERE \(quoted.map { "\($0) IS NOT NULL" }.joined(separator: " AND "))
                GROUP BY \(list) HAVING count(*) > 1 ORDER BY \(list)
                """,
            action: "Change all but one of each, or delete those that are the same row twice."
        ) {
            """
            \($0.counted("value of", plural: "values of")) (\(columns.joined(separator: ", "))) in \(table) \
            \($0 == 1 ? "occurs" : "occur") more than once.
            """
        }
    }
}
