import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("The signatures of the catalogue, on every schema that the application ever created")
struct CatalogueSignatures {
    /// The schemas in the order of time; a letter is a table that came without a migration.
    private static let versions = [
        "v00", "v01", "v01b", "v01c", "v02", "v03", "v03b", "v03c", "v04", "v05", "v06", "v07", "v08", "v09", "v10",
        "v11",
        "v12", "v12b", "v13", "v14", "v15",
    ]

    /// What is there earlier than its number says, because the two versions have one schema.
    private static let early = ["v05": [6], "v12b on SQLite": [13]]

    @Test("hold from their version on, and on none before", arguments: TestBackend.allCases, versions)
    func hold(_ backend: TestBackend, _ version: String) throws {
        let schema = try Schema(version: version, backend: backend)
        let number = try #require(Int(version.dropFirst().prefix(2)))
        let early = Self.early[version] ?? Self.early["\(version) on \(backend)"] ?? []
        let holding = try Catalogue.kohakuHub.migrations.filter { try $0.signature.holds(on: schema) }
        #expect(holding.map(\.number) == (1...15).filter { $0 <= number || early.contains($0) })
    }

    @Test("say why, in words about the migration's own change", arguments: TestBackend.allCases)
    func evidence(_ backend: TestBackend) throws {
        let oldest = try Schema(version: "v00", backend: backend)
        let newest = try Schema(version: "v15", backend: backend)
        for migration in Catalogue.kohakuHub.migrations where migration.number > 1 {
            let signature = migration.signature
            for (schema, holds) in [(oldest, false), (newest, true)] {
                let evidence = try signature.evidence(on: schema)
                #expect(
                    ["missing", " not "].contains { evidence.contains($0) } != holds, "\(migration.title): \(evidence)")
            }
        }
    }

    /// Table creation that ran before the migrations makes the newest tables beside old columns.
    @Test(
        "do not take a table that was created early for the migration",
        arguments: TestBackend.allCases, ["v00", "v02", "v05", "v07", "v08", "v10"])
    func createdEarly(_ backend: TestBackend, _ version: String) throws {
        var schema = try Schema(version: version, backend: backend)
        for (name, table) in try Schema(version: "v15", backend: backend).tables where schema.tables[name] == nil {
            schema.tables[name] = table
        }
        let plan = [MigrationStatus](of: Catalogue.kohakuHub.migrations, on: schema)
        let number = try #require(Int(version.dropFirst()))
        // Beside the columns of 008 nothing tells the early tables of 014 and 015 from theirs.
        #expect(number < 8 ? plan.version < 8 : plan.version == 15)
    }
}
