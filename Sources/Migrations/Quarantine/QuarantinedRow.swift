/// One row in quarantine.
public struct QuarantinedRow: Sendable, Hashable {
    /// Its number in quarantine.
    public var id: Int64
    /// The migration that put it there.
    public var migration: Int64
    /// The table it came from.
    public var table: String
    /// Its id there, `nil` when the table gave it none.
    public var sourceID: Int64?
    /// Why it could not be kept.
    public var reason: String
    /// The whole row as a JSON object, by the column names it had; blobs are base64.
    public var json: String
    /// When, in UTC.
    public var quarantinedAt: String
}

/// Selects rows in quarantine: every one by default.
public struct QuarantineFilter: Sendable, Hashable {
    /// The table that they come from, `nil` for any.
    public var table: String?
    /// The number of the migration that put them there, `nil` for any.
    public var migration: Int?

    public init(table: String? = nil, migration: Int? = nil) {
        self.table = table
        self.migration = migration
    }

    fileprivate var condition: (sql: String, values: [DatabaseValue]) {
        var values: [DatabaseValue] = []
        var conditions: [String] = []
        for (column, value) in [
            ("source_table", table.map(DatabaseValue.text)), ("migration", migration.map { .integer(Int64($0)) }),
        ] {
            guard let value else { continue }
            values.append(value)
            conditions.append("\(column) = $\(values.count)")
        }
        return (conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "), values)
    }
}

/// How many rows of one table are in quarantine.
public struct QuarantineSummary: Sendable, Hashable {
    /// The table the rows come from.
    public var table: String
    /// How many there are.
    public var count: Int64
}

extension Quarantine {
    /// Runs `body` where the quarantine is; `nil` when there is none.
    private func reading<Result>(
        _ connection: any DatabaseConnection, _ body: () throws -> Result
    ) throws -> Result? {
        try connection.withReadTransaction(of: [table]) {
            try connection.readSchema(of: [table]).tables[table] == nil ? nil : body()
        }
    }

    /// How many rows there are.
    func count(in connection: any DatabaseConnection, on schema: Schema) throws -> Int64 {
        guard schema.tables[table] != nil else { return 0 }
        return try reading(connection) { try connection.countRows(in: table) } ?? 0
    }

    /// The rows of each table, the tables in alphabetical order.
    /// - Throws: ``DatabaseError``.
    public func summary(
        of connection: any DatabaseConnection, where filter: QuarantineFilter = QuarantineFilter()
    ) throws -> [QuarantineSummary] {
        let condition = filter.condition
        return try reading(connection) {
            try connection.query(
                """
                SELECT source_table, count(*) FROM \(table.quotedIdentifier) \(condition.sql) GROUP BY source_table
                ORDER BY source_table
                """, condition.values
            ).map { QuarantineSummary(table: try $0.text(0), count: try $0.integer(1)) }
        } ?? []
    }

    /// Calls `body` with each row, in the order in which they were quarantined.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    public func forEachRow(
        of connection: any DatabaseConnection, where filter: QuarantineFilter = QuarantineFilter(),
        _ body: (QuarantinedRow) throws -> Void
    ) throws {
        let condition = filter.condition
        _ = try reading(connection) {
            try connection.forEachRow("\(selection) \(condition.sql) ORDER BY id", condition.values) {
                try body(QuarantinedRow($0))
            }
        }
    }

    /// The rows with these numbers, each once.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/usage`` when there is none of a number.
    public func rows(_ ids: [Int64], of connection: any DatabaseConnection) throws -> [QuarantinedRow] {
        var seen: Set<Int64> = []
        let distinct = ids.filter { seen.insert($0).inserted }
        let found =
            try reading(connection) {
                try distinct.compactMap { try connection.query("\(selection) WHERE id = $1", [.integer($0)]).first }
                    .map { try QuarantinedRow($0) }
            } ?? []
        if let missing = distinct.first(where: { id in !found.contains { $0.id == id } }) {
            throw MigrationError(
                .usage, "there is no row \(missing) in quarantine",
                nextStep: "List the rows first.")
        }
        return found
    }

    /// Deletes rows from quarantine, and the table with the last of them.
    /// - Throws: ``DatabaseError``.
    public func delete(_ ids: [Int64], from connection: any DatabaseConnection) throws {
        for id in ids { try connection.execute("DELETE FROM \(table.quotedIdentifier) WHERE id = $1", [.integer(id)]) }
        guard try connection.countRows(in: table) == 0 else { return }
        try connection.execute("DROP TABLE \(table.quotedIdentifier)")
    }

    private var selection: String {
        """
        SELECT id, migration, source_table, source_id, reason, row_json, cast(quarantined_at AS TEXT)
        FROM \(table.quotedIdentifier)
        """
    }
}

extension QuarantinedRow {
    fileprivate init(_ row: DatabaseRow) throws {
        try self.init(
            id: row.integer(0), migration: row.integer(1), table: row.text(2),
            sourceID: row[3].integer, reason: row.text(4), json: row.text(5),
            quarantinedAt: row.text(6))
    }

    /// The row as it was known in its table: `token 12`.
    public var origin: String { table + (sourceID.map { " \($0)" } ?? "") }

    /// The row as people name it: `token 12 (quarantine 3)`.
    public var title: String { "\(origin) (quarantine \(id))" }
}
