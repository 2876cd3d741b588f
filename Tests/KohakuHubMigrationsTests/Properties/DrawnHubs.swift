import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Small hubs")
struct DrawnHubs {
    @Test("meet every rule of 008")
    func rules() throws {
        var findings: [Finding] = []
        try HubShape.v7.withTemplate(.sqlite) { template in
            let schema = try template.connect().readSchema()
            for seed in 1...UInt64(100) {
                try template.withCopy { database in
                    try SmallHub(seed: seed, shape: .v7, onlySQLite: true).insert(into: database)
                    let connection = try database.connect()
                    let context = MigrationContext(
                        connection: connection, schema: schema, number: 8, quarantine: .kohakuHub)
                    findings += try Catalogue.kohakuHub.migrations[7].migration.check(context)
                }
            }
        }
        #expect(
            Set(findings.map(\.code)) == [
                "name_collision", "normalized_name_collision", "shared_full_id_decided", "shared_full_id_copied",
                "history_lowest_id", "moved_repository", "owner_changed", "invitation_parameters", "invitation_used_by",
                "quarantine",
            ])
        // The rules that assign a file, and the copies.
        let shared = findings.filter { $0.code.hasPrefix("shared_full_id") }
        #expect(
            Set(shared.map { $0.code + ($0.message.split(separator: " of them ").dropFirst().last ?? "") }).count == 6)
        let quarantined = findings.filter { $0.code == "quarantine" }.map { Self.rule($0.message) }
        let cases = FindingCase.all.filter { $0.code == "quarantine" && $0.backends.contains(.sqlite) }
        #expect(Set(quarantined) == Set(cases.map { Self.rule($0.message) }))
    }

    /// A message of the quarantine without its number: `token will be quarantined: the user no longer exists.`
    private static func rule(_ message: String) -> String {
        message.split(separator: " of ", maxSplits: 1).last.map(String.init) ?? ""
    }

    @Test("are the same for a seed", arguments: HubShape.allCases)
    func repeatable(_ shape: HubShape) {
        #expect(SmallHub(seed: 5, shape: shape).sql(.sqlite) == SmallHub(seed: 5, shape: shape).sql(.sqlite))
        #expect(SmallHub(seed: 5, shape: shape).sql(.sqlite) != SmallHub(seed: 6, shape: shape).sql(.sqlite))
    }
}
