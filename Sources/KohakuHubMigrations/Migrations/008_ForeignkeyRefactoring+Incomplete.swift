import Migrations

/// Values that the new tables require and nothing tells. The application's own tables always have them; a table that
/// somebody damaged or made by hand may not.
extension ForeignkeyRefactoring {
    /// The columns that every row needs a value in: required ones that keep their value, and those whose value leads to one.
    private static func neededColumns(of rewrite: TableRewrite) -> [String] {
        let required = requiredColumns(of: rewrite)
        let leading = rewrite.replacedColumns.filter { !["name", "used_by"].contains($0) }
        return required.filter { !rewrite.changingColumns.contains($0) } + leading
            + (["userorganization": ["organization_id"], "invitation": ["parameters"]][rewrite.table] ?? [])
    }

    private static func requiredColumns(of rewrite: TableRewrite) -> [String] {
        rewrite.columns.filter { $0.sql.hasSuffix(" NOT NULL") }.map(\.name)
    }

    /// What others belong to: it cannot go to quarantine without them.
    private static let needed = [
        "user": neededColumns(of: user), "organization": ["name", "created_at"],
        "repository": neededColumns(of: repository),
    ]

    /// Rows without a needed value go to quarantine, before anything else is asked of them.
    static func incomplete(_ rewrite: TableRewrite, on schema: Schema) -> [QuarantineRule] {
        guard needed[rewrite.table] == nil else { return [] }
        return neededColumns(of: rewrite).filter { schema.column(rewrite.table, $0)?.isNullable == true }
            .map(QuarantineRule.rows(without:))
    }

    /// The columns that are missing, the users, organizations and repositories that have no value where they need one, and
    /// the rows that share an id.
    func incompleteFindings(_ database: MigrationContext) throws -> [Finding] {
        let schema = database.schema
        if let missing = try missingRepositories(database) { return [missing] }
        let shared = try (["organization"] + Self.rewrites.map(\.table)).compactMap(database.sharedIDs)
        guard shared.isEmpty else { return shared }
        var needed = Self.needed
        for rewrite in Self.rewrites {
            let isOld = Self.isOld(rewrite.table, schema)
            needed[rewrite.table] = isOld ? Self.neededColumns(of: rewrite) : Self.requiredColumns(of: rewrite)
            needed[rewrite.table]?.removeAll { $0 == "usage_count" }
        }
        // The namespace tells who an owner is that is not known, but not without the column.
        if !schema.has("repository", "owner_id") { needed["repository"]?.append("owner_id") }
        // 003 has its own way with a table that is not its own.
        if try !CommitTable().signature.holds(on: schema) { needed["commit"] = nil }
        return try needed.sorted { $0.key < $1.key }.flatMap { table, columns -> [Finding] in
            guard let present = schema.tables[table] else { return [] }
            return try columns.compactMap { name in
                guard let column = present.column(name) else { return try database.missingColumn(name, of: table) }
                guard Self.needed[table] != nil, column.isNullable else { return nil }
                return try database.finding(
                    .error, code: "missing_value", table: table,
                    about: """
                        SELECT 'id ' || "id" FROM \(table.quotedIdentifier) WHERE \(name.quotedIdentifier) IS NULL
                        ORDER BY "id"
                        """,
                    action: "Give them one. What belongs to a row would go with it if you deleted it."
                ) { "\($0) row(s) of \(table) have no \(name), and nothing tells what it was." }
            }
        }
    }

    private func missingRepositories(_ database: MigrationContext) throws -> Finding? {
        guard !database.hasTable("repository") else { return nil }
        let owned = ["commit", "file", "lfsobjecthistory", "stagingupload"].filter(database.hasTable)
        let rows = try owned.reduce(0) { try $0 + database.connection.countRows(in: $1) }
        return Finding(
            .error, code: "missing_table", table: "repository", count: rows,
            message: "table repository is missing, to which \(rows) row(s) of \(owned.joined(separator: ", ")) belong.",
            action: "Restore a backup.")
    }
}
