extension MigrationContext {
    /// What the operator attached to tables and a rewrite cannot carry along, each with its definition.
    /// - Parameters:
    ///   - rewrites: The rewrites.
    ///   - dropped: The tables that are dropped.
    ///   - indexes: The columns of the application's own indexes, by table, that are dropped with the columns they name.
    public func attachments(
        lostIn rewrites: [TableRewrite], dropping dropped: [String], besides indexes: [String: [[String]]]
    ) throws -> [String] {
        let rewrites = Dictionary(rewrites.map { ($0.table, $0) }) { first, _ in first }
        let attachments = try connection.attachments(of: rewrites.keys.sorted() + dropped).filter { attachment in
            guard let table = schema.tables[attachment.table],
                rewrites[table.name]?.isKept(attachment.columns) != true
            else { return false }
            return !table.isKnown(attachment.name, besides: indexes[table.name] ?? [])
        }
        let foreignKeys = rewrites.keys.sorted().flatMap { name in
            guard let table = schema.tables[name] else { return [String]() }
            return (rewrites[name]?.lostForeignKeys(of: table) ?? []).map { "foreign key on \(name): \($0.definition)" }
        }
        return attachments.map(\.description) + foreignKeys
    }
}

extension Schema.Table {
    /// Whether an index or a UNIQUE constraint is one of the application's, by its columns, or none at all.
    fileprivate func isKnown(_ name: String, besides indexes: [[String]]) -> Bool {
        if let index = index(name) {
            return index.hasConstant || (!index.isPartial && index.columns.map(indexes.contains) == true)
        }
        return uniqueConstraints.contains { $0.name == name && indexes.contains($0.columns) }
    }
}
