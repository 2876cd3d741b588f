/// The migrations of one application and the schema they lead to.
public struct Catalogue: Sendable {
    /// The migrations in numerical order, numbers without gaps from 1.
    public let migrations: [RegisteredMigration]
    /// The newest schema: what a fresh database gets. Empty when the migrations make every table themselves.
    public var canonicalTables: [TableDefinition]
    /// The table without which a database is fresh.
    public var rootTable: String

    /// Tables that interrupted upgrades of something else may have left behind: a repair gives them their names back, or
    /// empties them into quarantine and drops them.
    public var leftoverTables: [LeftoverTable]

    /// Creates a catalogue.
    /// - Parameter migrations: The migrations in order with their names: their numbers are 1, 2, 3, ….
    public init(
        migrations: [(name: String, migration: any Migration)],
        canonicalTables: [TableDefinition],
        rootTable: String,
        leftoverTables: [LeftoverTable] = []
    ) {
        self.migrations = migrations.enumerated().map { place, named in
            RegisteredMigration(number: place + 1, name: named.name, migration: named.migration)
        }
        self.canonicalTables = canonicalTables
        self.rootTable = rootTable
        self.leftoverTables = leftoverTables
    }

    /// Every table that the migrations read or write, the root table first: the newest schema's, those that migrations
    /// rewrite, what older upgrades left behind, and the quarantine.
    public var tables: [String] {
        let rewritten = migrations.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        let others = rewritten.union(canonicalTables.map(\.name)).union(leftoverTables.map(\.name))
            .union([Quarantine.tableName])
        return [rootTable] + others.subtracting([rootTable]).sorted()
    }

    /// The number of the newest migration.
    public var newest: Int { migrations.count }

    /// The differences of a schema from the newest one.
    public func differences(of schema: Schema) -> [SchemaDifference] {
        let leftovers = leftovers(in: schema).map(\.name)
        return schema.differences(
            from: canonicalTables.map { $0.table(schema.dialect) },
            ignoring: Set(leftovers).union([Quarantine.tableName])
        ) + leftovers.map { SchemaDifference(.leftoverTable, table: $0) }
    }

    /// Runs `body` on the schema of a database in one transaction that is rolled back: the tables stay as the schema says, and
    /// all that `body` reads is of one moment.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func reading<Result>(_ connection: any DatabaseConnection, _ body: (Schema) throws -> Result) throws -> Result {
        try connection.withReadTransaction(of: tables) { try body(connection.readSchema()) }
    }

    /// Whether rows of other canonical tables must belong to one of this table.
    func isOwner(_ table: String) -> Bool {
        canonicalTables.contains { $0.columns.contains { $0.reference?.table == table && !$0.isNullable } }
    }
}
