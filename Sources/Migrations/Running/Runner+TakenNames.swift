/// Names of missing tables and indexes of the newest schema, and of the quarantine, that are already taken; and tables that
/// may be meant instead of new ones.
extension Runner {
    /// What makes new tables of a fresh database doubtful: they may be there already, where no statement finds them.
    func tablesElsewhere() throws -> Finding? {
        let found = try connection.tablesElsewhere(tables)
        guard !found.isEmpty else { return nil }
        return Finding(
            .warning, code: Self.elsewhere, table: "", count: Int64(found.count),
            message: "Tables by the names of the new ones are elsewhere: \(found.joined(separator: ", ")).",
            action: "If they are the ones to upgrade, name their schema: ALTER ROLE … SET search_path = …")
    }

    /// The code of that finding.
    static let elsewhere = "tables_elsewhere"

    /// - Returns: The objects that have them; `nil` when every name is free.
    func takenNames(on schema: Schema) throws -> Finding? {
        let missing = (catalogue.canonicalTables.map(\.name) + [catalogue.quarantine.table])
            .filter { schema.tables[$0] == nil }
        let indexes = catalogue.canonicalTables.flatMap { definition in
            definition.table(schema.dialect).indexes.map(\.name).filter {
                schema.tables[definition.name]?.index($0) == nil
            }
        }
        let examples = try attributingErrors(to: "checking the names", isReading: true) {
            try connection.occupants(ofTables: missing, indexes: indexes, exceptOn: tables)
        }
        guard !examples.isEmpty else { return nil }
        return Finding(
            .error, code: "name_taken", table: "", count: Int64(examples.count),
            message:
                "\(examples.count.counted("name that a table or index needs is", plural: "names that tables or indexes need are")) taken.",
            examples: examples, action: "Rename or drop the objects that have them, then run again.")
    }
}
