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
        if let (table, leftover) = displacedTables(on: schema).first {
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
    func displacedTables(on schema: Schema) -> [(table: String, leftover: String)] {
        canonicalTables.map(\.name).filter { schema.tables[$0] == nil }.compactMap { table in
            ["\(table)_old", "\(table)_new"].first { leftoverTables.contains($0) && schema.tables[$0] != nil }
                .map { (table, $0) }
        }
    }

    /// Whether rows of other canonical tables must belong to one of this table.
    func isOwner(_ table: String) -> Bool {
        canonicalTables.contains { $0.columns.contains { $0.reference?.table == table && !$0.isNullable } }
    }

    /// Whether a schema is something else's: it has tables, but not the application's.
    func isForeign(_ schema: Schema) -> Bool {
        !schema.tables.isEmpty && schema.tables[rootTable] == nil
            && !displacedTables(on: schema).contains { $0.table == rootTable }
    }
}
