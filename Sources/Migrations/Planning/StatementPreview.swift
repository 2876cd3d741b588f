/// The statements that migrations would execute, found by running them on an empty copy of the schema.
public struct StatementPreview: Sendable {
    /// One migration with its statements.
    public struct Entry: Sendable {
        /// The migration.
        public var migration: RegisteredMigration
        /// The statements that change something, in order.
        public var statements: [String]
    }

    /// The migrations in order.
    public var entries: [Entry] = []

    /// Runs migrations on an empty copy of a database's schema. The database itself is not changed.
    /// - Throws: What the migrations throw.
    public init(
        of migrations: [RegisteredMigration], in catalogue: Catalogue, on connection: any DatabaseConnection
    ) throws {
        entries = try connection.withReadTransaction(of: catalogue.tables) {
            try Self.entries(of: migrations, on: connection)
        }
    }

    private static func entries(
        of migrations: [RegisteredMigration], on connection: any DatabaseConnection
    ) throws -> [Entry] {
        var entries: [Entry] = []
        try connection.withEmptyCopy { copy in
            for migration in migrations {
                var statements: [String] = []
                copy.onStatement = { statements.append($0) }
                defer { copy.onStatement = nil }
                let context = MigrationContext(
                    connection: copy, schema: try copy.readSchema(), number: migration.number)
                try migration.migration.migrate(context)
                entries.append(Entry(migration: migration, statements: statements.filter(changesSomething)))
            }
        }
        return entries
    }

    private static func changesSomething(_ statement: String) -> Bool {
        let first = statement.prefix { $0.isLetter }.uppercased()
        // SQLite's definitions are edited between two of these.
        if statement.hasPrefix("PRAGMA writable_schema =") { return true }
        return first != "PRAGMA" && first != "SELECT"
    }
}
