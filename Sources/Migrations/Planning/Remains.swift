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
        if let (table, leftover) = displacedTables(by: pending, on: schema).first {
            return Remains(
                work: "the rebuild of \(table)", description: "table \(table) is missing, and \(leftover) has its rows")
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

    /// The tables that died under another name while something else rebuilt them, with that name. Where both are there, the
    /// old one was moved away first, so that it is whole.
    /// - Parameter pending: The migrations that may need tables which the newest schema has not.
    func displacedTables(
        by pending: [RegisteredMigration] = [], on schema: Schema
    ) -> [(table: String, leftover: String)] {
        rebuiltTables(by: pending).filter { schema.tables[$0] == nil }.compactMap { table in
            leftovers(of: table, on: schema).first.map { (table, $0) }
        }
    }

    /// The names under which a table may have died.
    func leftovers(of table: String, on schema: Schema) -> [String] {
        ["\(table)_old", "\(table)_new"].filter { leftoverTables.contains($0) && schema.tables[$0] != nil }
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
