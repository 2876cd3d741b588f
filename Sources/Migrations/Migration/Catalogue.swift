/// The migrations of one application and the schema they lead to.
public struct Catalogue: Sendable {
    /// The migrations in numerical order, numbers without gaps from 1.
    public let migrations: [RegisteredMigration]
    /// The newest schema: what a fresh database gets. Empty when the migrations create every table themselves.
    public var canonicalTables: [TableDefinition]
    /// How messages name the application and its command.
    public var vocabulary: Vocabulary
    /// Where the rows go that cannot be kept.
    public var quarantine: Quarantine
    /// The table that every database of the application has.
    public var rootTable: String
    /// Columns that only this application's tables have: every database of it has at least one. Without any, the root
    /// table alone decides.
    public var hallmarks: [(table: String, column: String)]

    /// What the oldest supported version has. A database of the application without it is older.
    public var baseline: Signature?

    /// Tables that interrupted older upgrades may have left behind: a repair renames them back, or quarantines their
    /// rows and drops them.
    public var leftoverTables: [LeftoverTable]

    /// Creates a catalogue.
    /// - Parameter migrations: The migrations in order with their names: their numbers are 1, 2, 3, ….
    public init(
        migrations: [(name: String, migration: any Migration)],
        canonicalTables: [TableDefinition],
        rootTable: String,
        hallmarks: [(table: String, column: String)] = [],
        baseline: Signature? = nil,
        leftoverTables: [LeftoverTable] = [],
        quarantine: Quarantine = Quarantine(),
        vocabulary: Vocabulary = Vocabulary()
    ) {
        var barriers: [any Migration] = []
        self.migrations = migrations.enumerated().map { place, named in
            defer { if named.migration.isBarrier { barriers.append(named.migration) } }
            return RegisteredMigration(
                number: place + 1, name: named.name, migration: named.migration, barriers: barriers)
        }
        self.canonicalTables = canonicalTables
        self.quarantine = quarantine
        self.vocabulary = vocabulary
        self.rootTable = rootTable
        self.hallmarks = hallmarks
        self.baseline = baseline
        self.leftoverTables = leftoverTables
    }

    /// Every table that the migrations read or write, the root table first: the newest schema's, those that migrations
    /// rewrite, what older upgrades left behind, and the quarantine.
    public var tables: [String] {
        let rewritten = migrations.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        let others = rewritten.union(canonicalTables.map(\.name)).union(leftoverTables.map(\.name))
            .union([quarantine.table])
        return [rootTable] + others.subtracting([rootTable]).sorted()
    }

    /// Every table whose columns or indexes tell the state of a database; `nil` where a signature may read any.
    var tellingTables: Set<String>? {
        let signatures = Signature.all(migrations.map(\.signature) + [baseline].compactMap { $0 })
        return signatures.detailedTables?.union(tables).union(hallmarks.map(\.table))
    }

    /// The tables of the newest schema, and the others that pending migrations rewrite.
    func rebuiltTables(by pending: [RegisteredMigration]) -> [String] {
        let names = canonicalTables.map(\.name)
        let rewritten = pending.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        return names + rewritten.subtracting(names).sorted()
    }

    /// What a schema lacks that every database of the application has, in words; `nil` when it lacks nothing, or has no
    /// tables at all. A table under the name that an interrupted rebuild gave it counts.
    func missingIdentity(of schema: Schema) -> String? {
        func exists(_ table: String) -> Bool {
            schema.tables[table] != nil || !leftovers(of: table, in: schema).isEmpty
        }
        if schema.tables.isEmpty { return nil }
        guard exists(rootTable) else { return "no table \"\(rootTable)\"" }
        let isRecognized =
            hallmarks.isEmpty
            || hallmarks.contains { mark in
                schema.tables[mark.table] == nil ? exists(mark.table) : schema.has(mark.table, mark.column)
            }
        return isRecognized
            ? nil : "none of the columns " + hallmarks.map { "\($0.table).\($0.column)" }.joined(separator: ", ")
    }

    /// What a schema lacks of the oldest version from which the migrations lead on, in words; `nil` when it lacks nothing.
    func missingBaseline(of schema: Schema) throws -> String? {
        guard let baseline, schema.tables[rootTable] != nil, try !baseline.holds(on: schema) else { return nil }
        return try baseline.evidence(on: schema)
    }

    /// The number of the newest migration.
    public var newest: Int { migrations.count }

    /// The differences of a schema from the newest one. Where the catalogue has no canonical tables, no table differs.
    public func differences(of schema: Schema) -> [SchemaDifference] {
        let leftovers = leftovers(in: schema).map(\.name)
        let differences =
            canonicalTables.isEmpty
            ? []
            : schema.differences(
                from: canonicalTables.map { $0.shape(schema.dialect) },
                ignoring: Set(leftovers).union([quarantine.table]))
        return differences + leftovers.map { SchemaDifference(.leftoverTable, table: $0) }
    }

    /// Runs `body` on the schema of a database in one transaction that is rolled back: the tables keep their
    /// definitions, and everything that `body` reads is one snapshot.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func reading<Result>(_ connection: any DatabaseConnection, _ body: (Schema) throws -> Result) throws -> Result {
        try connection.withReadTransaction(of: tables) { try body(connection.readSchema()) }
    }

    /// Whether rows of other canonical tables must belong to one of this table.
    func isOwner(_ table: String) -> Bool {
        canonicalTables.contains { $0.columns.contains { $0.reference?.table == table && !$0.isNullable } }
    }
}
