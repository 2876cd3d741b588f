import KohakuHubMigrations
import Logging
import Migrations

/// Upgrades a hub and returns the number of the newest migration that is now applied.
func upgradeHub(at url: String) throws -> Int {
    let connection = try DatabaseURL(url).open(for: .migrating, logger: Logger(label: "upgrade"))
    let runner = Runner(
        catalogue: .kohakuHub,
        connection: connection,
        consent: { subject, question in
            // Called before any change that can only be undone by restoring a backup.
            print("\(subject): \(question)")
            return true
        },
        emit: { event in
            if case .finished(let report) = event { print("\(report.migration.title): \(report.duration)") }
        }
    )
    return try runner.run(to: .newest).version
}
