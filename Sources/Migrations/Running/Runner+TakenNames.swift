/// Names that the newest schema needs for tables which are missing, and that something else has.
extension Runner {
    /// - Returns: What has them, and on SQLite the statements that give a table of another letter case its name; `nil` when
    ///   every name is free.
    func takenNames(on schema: Schema) -> Finding? {
        let missing = catalogue.canonicalTables.map(\.name).filter { schema.tables[$0] == nil }
        func isTaken(_ name: String, by other: String) -> Bool {
            schema.dialect == .sqlite ? name.lowercased() == other.lowercased() : name == other
        }
        let examples = missing.flatMap { name in
            schema.views.sorted().filter { isTaken(name, by: $0) }.map { "view \($0)" }
                + schema.tables.keys.sorted().filter { isTaken(name, by: $0) }.map { other in
                    let (from, to) = (other.quotedIdentifier, name.quotedIdentifier)
                    return """
                        ALTER TABLE \(from) RENAME TO "\(name)_renamed"; \
                        ALTER TABLE "\(name)_renamed" RENAME TO \(to);
                        """
                }
        }
        guard !examples.isEmpty else { return nil }
        return Finding(
            .error, code: "name_taken", table: "", count: Int64(examples.count),
            message:
                "\(examples.count) name(s) that tables need are taken by a view, or by a table in other letter case.",
            examples: examples, action: "Rename the view or drop it, execute the statements, and run again.")
    }
}
