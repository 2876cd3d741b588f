import Migrations
import MigrationsTesting
import Testing

/// A few rows of ada's hub, and where the upgrade has to put the one in question.
struct Situation {
    var words: String
    var rows: [SmallHub.Row]
    /// The repositories that the row is in afterwards: none when it is in quarantine.
    var repositories: Set<Int64>

    init(_ words: String, _ rows: SmallHub.Row..., in repositories: Set<Int64>) {
        self.words = words
        self.rows = rows
        self.repositories = repositories
    }

    /// Upgrades each situation, together with the rows that all have in common.
    /// - Parameters:
    ///   - table: The table of the rows in question.
    ///   - path: The path of the rows in question.
    static func expect(
        _ situations: [Situation], with common: [SmallHub.Row], in table: String, path: String = "a.bin",
        on backend: TestBackend, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try HubShape.v7.withTemplate(backend) { template in
            for situation in situations {
                let hub = SmallHub(shape: .v7, rows: [.ada] + common + situation.rows)
                let upgrade = try HubUpgrade(of: hub, in: template)
                let rows = upgrade.after[table].filter { $0["path_in_repo"]?.text == path || table == "commit" }
                let found = rows.compactMap { $0["repository_id"]?.integer }
                #expect(
                    found.sorted() == situation.repositories.sorted(), "\(situation.words)",
                    sourceLocation: sourceLocation)
                #expect(upgrade.violations == [], "\(situation.words)", sourceLocation: sourceLocation)
            }
        }
    }
}
