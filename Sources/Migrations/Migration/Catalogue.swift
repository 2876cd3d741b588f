/// The migrations of one application and the schema they lead to.
public struct Catalogue: Sendable {
    /// The migrations in numerical order, numbers without gaps from 1.
    public var migrations: [RegisteredMigration]
    /// The newest schema: what a fresh database gets. Empty when the migrations make every table themselves.
    public var canonicalTables: [TableDefinition]
    /// The table without which a database is fresh.
    public var rootTable: String

    /// Tables that interrupted upgrades of something else may have left behind: a repair gives them their names back, or
    /// empties them into quarantine and drops them.
    public var leftoverTables: [LeftoverTable]

    /// Creates a catalogue.
    /// - Precondition: The numbers are 1, 2, 3, ….
    public init(
        migrations: [RegisteredMigration],
        canonicalTables: [TableDefinition],
        rootTable: String,
        leftoverTables: [LeftoverTable] = []
    ) {
        precondition(
            migrations.enumerated().allSatisfy { $0.element.number == $0.offset + 1 },
            "migrations are numbered 1, 2, 3, … without gaps")
        self.migrations = migrations
        self.canonicalTables = canonicalTables
        self.rootTable = rootTable
        self.leftoverTables = leftoverTables
    }

    /// The number of the newest migration.
    public var newest: Int { migrations.count }

    /// Whether a schema has none of the application's tables and no other.
    public func isFresh(_ schema: Schema) -> Bool { schema.tables.isEmpty }

    /// The differences of a schema from the newest one.
    public func differences(of schema: Schema) -> [SchemaDifference] {
        let leftovers = leftovers(in: schema).map(\.name)
        return schema.differences(
            from: canonicalTables.map { $0.table(schema.dialect) },
            ignoring: Set(leftovers).union([Quarantine.tableName])
        ) + leftovers.map { SchemaDifference(.leftoverTable, table: $0) }
    }

    /// Whether rows of other canonical tables must belong to one of this table.
    func isOwner(_ table: String) -> Bool {
        canonicalTables.contains { $0.columns.contains { $0.reference?.table == table && !$0.isNullable } }
    }
}
