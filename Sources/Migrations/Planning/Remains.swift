/// What something else began with a database and did not finish.
public struct Remains: Sendable, Hashable {
    /// What was begun: `008 foreignkey_refactoring`, `the rebuild of file`.
    public var work: String
    /// What is there of it, in words.
    public var description: String
}

extension Catalogue {
    /// What something else left half done of the pending migrations, or of the rebuild of a table; `nil` when all is whole.
    /// - Throws: What a signature of one's own throws.
    func remains(of pending: [RegisteredMigration], on schema: Schema) throws -> Remains? {
        if let displaced = displacedTables(by: pending, on: schema).first {
            return Remains(work: "the rebuild of \(displaced.table)", description: displaced.description)
        }
        for migration in pending {
            if let words = try migration.migration.remains(on: schema) {
                return Remains(work: migration.title, description: words)
            }
        }
        return nil
    }

    /// Refuses a database that something else left half done: only a repair starts from that.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/schemaDiffers``.
    func requireWhole(_ pending: [RegisteredMigration], on schema: Schema) throws {
        guard let remains = try remains(of: pending, on: schema) else { return }
        throw MigrationError(
            .schemaDiffers,
            "this database is mixed: an older upgrade began \(remains.work) and stopped. So it is neither the one version "
                + "nor the other: \(remains.description).",
            nextStep:
                "Nothing was changed. To see the way out: kohaku-migrate plan --repair. To take it: kohaku-migrate repair"
        )
    }

    /// The tables that died under another name while something else rebuilt them, with that name.
    /// - Parameter pending: The migrations that may need tables which the newest schema has not.
    func displacedTables(
        by pending: [RegisteredMigration] = [], on schema: Schema
    ) -> [DisplacedTable] {
        rebuiltTables(by: pending).filter { schema.tables[$0] == nil }.compactMap { table in
            leftovers(of: table, in: schema).first.map { DisplacedTable(table: table, leftover: $0.name) }
        }
    }

    /// The leftovers that hold all of a table. Where there are several, the old one comes first: it was moved away first, so
    /// that it is whole.
    func leftovers(of table: String, in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.table == table && $0.isWhole(in: schema) }
    }

    /// The leftovers that are there, in alphabetical order.
    func leftovers(in schema: Schema) -> [LeftoverTable] {
        leftoverTables.filter { $0.isThere(in: schema) }.sorted { $0.name < $1.name }
    }

    /// The tables of the newest schema, and those besides that pending migrations rewrite.
    func rebuiltTables(by pending: [RegisteredMigration]) -> [String] {
        let names = canonicalTables.map(\.name)
        let rewritten = pending.reduce(into: Set<String>()) { $0.formUnion($1.migration.rewrittenTables) }
        return names + rewritten.subtracting(names).sorted()
    }

    /// Whether a schema is something else's: it has tables, but not the application's.
    func isForeign(_ schema: Schema) -> Bool {
        !schema.tables.isEmpty && schema.tables[rootTable] == nil
            && !displacedTables(on: schema).contains { $0.table == rootTable }
    }
}
