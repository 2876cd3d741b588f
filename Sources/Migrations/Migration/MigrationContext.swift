/// What a migration works with: the connection, the current schema, and the operations that keep rows safe.
public final class MigrationContext {
    /// The connection.
    public let connection: any DatabaseConnection
    /// The migration's number, for the quarantine.
    public let number: Int
    /// The numbers of the migrations that the same run applies after this one. Where it rewrites a table, it may do there what
    /// one of those would have to rewrite it for again.
    public let laterNumbers: Set<Int>
    /// The schema. Operations re-read the tables that they change.
    public internal(set) var schema: Schema
    /// What happened to each table's rows so far.
    public private(set) var reports: [TableReport] = []
    /// How many examples a finding holds at most; its count is exact.
    let exampleLimit: Int
    /// Where the rows go that cannot be kept.
    public let quarantine: Quarantine
    /// How messages name the application and its command.
    let vocabulary: Vocabulary
    /// Whether the temporary tables are there that the check fills for the migration. A check that leaves some sets it. Where
    /// it is set already, in a second check or in the migration, they were filled from the same rows; otherwise each fills
    /// them itself.
    public var isDecided = false
    /// What the check found that need not be looked for again in the same rows.
    var decisions = Decisions()
    private let emit: (MigrationEvent) -> Void
    /// The queries of the views that stand in for tables.
    var shadows: [String: String] = [:]

    /// Creates a context.
    public init(
        connection: any DatabaseConnection,
        schema: Schema,
        number: Int,
        laterNumbers: Set<Int> = [],
        exampleLimit: Int = 5,
        quarantine: Quarantine = Quarantine(),
        vocabulary: Vocabulary = Vocabulary(),
        emit: @escaping (MigrationEvent) -> Void = { _ in }
    ) {
        self.connection = connection
        self.schema = schema
        self.number = number
        self.laterNumbers = laterNumbers
        self.exampleLimit = exampleLimit
        self.quarantine = quarantine
        self.vocabulary = vocabulary
        self.emit = emit
    }

    /// The dialect.
    public var dialect: Dialect { connection.dialect }

    /// Executes statements with placeholders.
    public func execute(_ sql: String) throws {
        try connection.execute(dialect.spelling(sql))
    }

    /// Executes one statement with placeholders and returns how many rows it changed.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [DatabaseValue]) throws -> Int {
        try connection.execute(dialect.spelling(sql), arguments)
    }

    /// Executes a different statement for each dialect.
    public func execute(sqlite: String, postgresql: String) throws {
        try connection.execute(dialect == .sqlite ? sqlite : postgresql)
    }

    /// Whether the table exists in the schema as last read.
    public func hasTable(_ table: String) -> Bool {
        schema.tables[table] != nil
    }

    /// Re-reads tables after statements that changed them; all of them by default.
    public func refreshSchema(of tables: Set<String>? = nil) throws {
        guard tables?.isEmpty != true else { return }
        let present = try connection.readSchema(of: tables)
        guard let tables else { return schema = present }
        for table in tables { schema.tables[table] = present.tables[table] }
    }

    /// Creates a table and its indexes when the table is missing.
    public func createTable(_ name: String, _ statements: String) throws {
        guard !hasTable(name) else { return }
        try execute(statements)
        try refreshSchema(of: [name])
    }

    /// Adds a column when it is missing. A NOT NULL column gets `backfill` in the existing rows, and no default remains.
    public func addColumn(_ definition: String, backfill: String? = nil, to table: String) throws {
        try addColumns(definition, backfill: backfill, to: table)
    }

    /// Adds those of several columns that are missing, one definition a line: `"bio" TEXT`. NOT NULL columns all get `backfill`
    /// in the existing rows, and no default remains.
    public func addColumns(_ definitions: String, backfill: String? = nil, to table: String) throws {
        let lines = definitions.lines
        let columns = (lines.isEmpty ? [""] : lines).map { ColumnDefinition(dialect.spelling($0.trimmingSpaces())) }
        for column in columns { try column.requireReadable() }
        let missing = columns.filter { !schema.has(table, $0.name) }
        guard !missing.isEmpty else { return }
        for column in missing { try connection.addColumn(column.sql, backfill: backfill, to: table) }
        try refreshSchema(of: [table])
    }

    /// Changes columns and foreign keys of a table in place, without moving a row.
    /// - Parameters:
    ///   - columns: The new definitions, one a line: `"created_by_id" INTEGER`.
    ///   - foreignKeys: The new foreign keys, one a line: `("file_id") REFERENCES "file" ("id") ON DELETE SET NULL`.
    public func alterTable(_ table: String, columns: String = "", foreignKeys: String = "") throws {
        let alteration = TableAlteration(
            table: table,
            columns: columns.lines.map { ColumnDefinition(dialect.spelling($0.trimmingSpaces())) },
            foreignKeys: foreignKeys.lines.map {
                ForeignKeyDefinition("FOREIGN KEY \($0.trimmingSpaces())")
            })
        for column in alteration.columns { try column.requireReadable() }
        for foreignKey in alteration.foreignKeys { try foreignKey.requireReadable() }
        guard !alteration.isEmpty else {
            throw MigrationError.unreadable(
                "a change of table \(table)", "", expected: "say which columns or foreign keys it gets.")
        }
        connection.begin(.checking, of: table)
        try connection.alter(alteration)
        try refreshSchema(of: [table])
    }

    /// Creates an index, replacing any with the same name.
    public func createIndex(_ statement: String) throws {
        try createIndex(statement, 1, of: 1)
    }

    /// Creates one of several indexes.
    func createIndex(_ statement: String, _ number: Int, of count: Int) throws {
        let index = IndexStatement(statement)
        try index.requireReadable()
        let name = index.name
        // Only in this schema: another one in the search path may have an index with the same name.
        let owner = schema.tables.values.first { $0.index(name) != nil }?.name
        if owner != nil { try execute("DROP INDEX \(name.quotedIdentifier)") }
        connection.begin(.indexing(number, of: count), of: index.table)
        try execute(statement)
        try refreshSchema(of: [index.table, owner ?? index.table])
    }

    /// Removes what makes these columns unique together in all rows: an index, or a UNIQUE constraint in its place.
    public func dropUniqueness(of columns: [String], in table: String) throws {
        guard let present = schema.tables[table] else { return }
        for index in present.indexes where index.columns == columns && index.isUnique && !index.isPartial {
            try connection.execute("DROP INDEX \(index.name.quotedIdentifier)")
        }
        for constraint in present.uniqueConstraints where constraint.columns == columns {
            try connection.dropUniqueConstraint(constraint, of: present)
        }
        try refreshSchema(of: [table])
    }

    /// Inserts rows that are computed in Swift, many in a statement; of a lazy collection no more are held at a time.
    /// - Parameter rows: The values of all columns of each, in order.
    public func insert(into table: String, _ rows: some Collection<[DatabaseValue]>) throws {
        var rest = rows[...]
        while !rest.isEmpty {
            // SQLite allows 32,766 arguments, PostgreSQL twice as many.
            let batch = Array(rest.prefix(min(500, max(1, 32_766 / max(1, rest.first?.count ?? 1)))))
            rest = rest.dropFirst(batch.count)
            var number = 0
            let tuples = batch.map { row in
                // SQLite compares the name of each parameter with all names before it.
                let parameters = row.indices.map { dialect == .sqlite ? "?" : "$\(number + $0 + 1)" }
                number += row.count
                return "(\(parameters.joined(separator: ", ")))"
            }
            try execute(
                "INSERT INTO \(table.quotedIdentifier) VALUES \(tuples.joined(separator: ", "))", batch.flatMap { $0 })
        }
        if dialect == .postgresql { try execute("ANALYZE \(table.quotedIdentifier)") }
    }

    /// Records what happened to a table.
    /// - Throws: ``MigrationError`` when its rows are not accounted for.
    public func report(_ report: TableReport) throws {
        try requireConserved(report)
        reports.append(report)
        emit(.tableRewritten(report))
    }

    func requireConserved(_ report: TableReport) throws {
        guard !report.isConserved else { return }
        throw MigrationError(
            .failed,
            "rows of \(report.table) are not accounted for: \(report.rowsIn) before, \(report.merged) merged and "
                + "\(report.copied) copied, but \(report.rowsOut) after, \(report.quarantined) quarantined and "
                + "\(report.moved) moved",
            nextStep: reportIt)
    }
}
