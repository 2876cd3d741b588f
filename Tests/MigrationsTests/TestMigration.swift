import Migrations

/// A migration whose change is a column `t.cN`, unless it says something else.
struct TestMigration: Migration {
    var signature: Signature
    var consent: String?
    var findings: [Finding] = []
    var canRunLate = false
    var isBarrier = false
    /// What an interrupted run of something else left of it.
    var found: String?
    /// What its check executes.
    var look: @Sendable (MigrationContext) throws -> Void = { _ in }
    var change: @Sendable (MigrationContext) throws -> Void = { _ in }

    func remains(on schema: Schema) -> String? { found }
    func check(_ context: MigrationContext) throws -> [Finding] {
        try look(context)
        return findings
    }
    func migrate(_ context: MigrationContext) throws { try change(context) }

    /// Adds the column `cN` to `t`.
    static func adding(_ number: Int) -> TestMigration {
        TestMigration(
            signature: .column("t", "c\(number)"),
            change: { try $0.addColumn("\"c\(number)\" INTEGER", to: "t") })
    }
}

extension [TestMigration] {
    /// The migrations with names like `change_1`, for a catalogue.
    var named: [(name: String, migration: any Migration)] {
        enumerated().map { (name: "change_\($0.offset + 1)", migration: $0.element) }
    }

    /// The migrations as a catalogue numbers them.
    var registered: [RegisteredMigration] {
        Catalogue(migrations: named, canonicalTables: [], rootTable: "t").migrations
    }
}

extension Schema {
    /// A schema with the table `t` that has these of the columns `cN`.
    static func withColumns(_ numbers: Int...) -> Schema {
        let columns = ["id"] + numbers.map { "c\($0)" }
        return Schema(
            dialect: .sqlite,
            tables: [Table(name: "t", columns: columns.map { Column(name: $0, type: "INTEGER") })])
    }
}
