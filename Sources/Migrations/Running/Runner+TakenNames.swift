/// Names that the newest schema needs for tables and indexes which are missing, and that something else has.
extension Runner {
    /// - Returns: What has them, and on SQLite the statements that give a table of another letter case its name; `nil` when
    ///   every name is free.
    func takenNames(on schema: Schema) throws -> Finding? {
        let missing = catalogue.canonicalTables.map(\.name).filter { schema.tables[$0] == nil }
        let indexes = catalogue.canonicalTables.flatMap { definition in
            definition.table(schema.dialect).indexes.map(\.name).filter {
                schema.tables[definition.name]?.index($0) == nil
            }
        }
        let examples = try withStopsNamed("looking at the names") {
            try connection.occupants(ofTables: missing, indexes: indexes, exceptOn: catalogue.tables)
        }.map { other in
            guard schema.tables[other.name] != nil, let name = missing.first(where: { other.name.isLike($0) }) else {
                return other.description
            }
            let (from, to) = (other.name.quotedIdentifier, name.quotedIdentifier)
            return """
                ALTER TABLE \(from) RENAME TO "\(name)_renamed"; \
                ALTER TABLE "\(name)_renamed" RENAME TO \(to);
                """
        }
        guard !examples.isEmpty else { return nil }
        return Finding(
            .error, code: "name_taken", table: "", count: Int64(examples.count),
            message:
                "\(examples.count.counted("name that a table or index needs is", plural: "names that tables or indexes need are")) taken.",
            examples: examples, action: "Rename what has them or drop it, execute the statements, and run again.")
    }
}

extension String {
    /// Whether it is the other name but for the case of letters.
    fileprivate func isLike(_ other: String) -> Bool { lowercased() == other.lowercased() }
}
