/// What a repair finds and does, known by making it and rolling it back.
public struct RepairPreview: Sendable {
    /// One table that is not as it should be.
    public struct Table: Sendable {
        /// The table's name.
        public var name: String
        /// Whether it is there.
        public var isThere = true
        /// Whether an interrupted upgrade left it behind.
        public var isLeftover = false
        /// How many rows it has.
        public var rows: Int64 = 0
        /// The columns that the newest schema does not know: old ones, and the operator's own.
        public var otherColumns: [String] = []
        /// The columns that it gets.
        public var missingColumns: [String] = []
        /// How many indexes, foreign keys and properties of columns differ besides.
        public var otherDifferences = 0
    }

    /// What the database is.
    public var diagnosis: Diagnosis
    /// The tables that are not as they should be, in alphabetical order.
    public var tables: [Table] = []
    /// What the repair did before it was rolled back.
    public var report: RunReport
    /// What the data checks found.
    public var findings: [Finding] = []

    /// Makes the repair and rolls it back. It takes as long as the repair itself, and its locks.
    /// - Parameter exampleLimit: How many examples a finding holds at most; its count is exact.
    /// - Throws: ``MigrationError`` where a repair would stop.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue, exampleLimit: Int = 5) throws {
        let inspection = try Inspection(of: connection, catalogue: catalogue)
        diagnosis = try Diagnosis(inspection, catalogue: catalogue)
        var findings: [Finding] = []
        let runner = Runner(
            catalogue: catalogue, connection: connection,
            emit: { if case .found(let finding, _) = $0 { findings.append(finding) } }, exampleLimit: exampleLimit)
        report = try runner.repair(isRehearsal: true)
        self.findings = findings
        guard !report.isUnchanged else { return }
        tables = try catalogue.reading(connection) { _ in
            try Self.tables(of: connection, on: inspection.schema, catalogue: catalogue)
        }
    }

    private static func tables(
        of connection: any DatabaseConnection, on schema: Schema, catalogue: Catalogue
    ) throws -> [Table] {
        var tables: [Table] = []
        for definition in catalogue.canonicalTables.sorted(by: { $0.name < $1.name }) {
            var table = Table(name: definition.name)
            guard let present = schema.tables[definition.name] else {
                table.isThere = false
                tables.append(table)
                continue
            }
            let all = present.differences(from: definition.table(schema.dialect))
            let differences = all.filter { !$0.isOperatorsOwn && $0.kind != .unknownRequiredColumn }
            guard !differences.isEmpty else { continue }
            table.rows = try connection.countRows(in: definition.name)
            table.missingColumns = differences.filter { $0.kind == .missingColumn }.compactMap(\.name)
            table.otherColumns = all.filter { [.unknownRequiredColumn, .ownColumn].contains($0.kind) }.compactMap(
                \.name)
            table.otherDifferences = differences.count - table.missingColumns.count
            tables.append(table)
        }
        for leftover in catalogue.leftovers(in: schema) {
            let rows = try connection.countRows(in: leftover.name)
            tables.append(Table(name: leftover.name, isLeftover: true, rows: rows))
        }
        return tables
    }
}
