import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Puts a backup in the place of the database.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        _superCommandName: KohakuMigrate.name,
        abstract: "Put a backup in the place of the database, which is kept under another name.",
        usage: "kohaku-migrate restore <file> [--yes] [<options>]",
        discussion: """
            Stop the hub first. The backup is checked, copied or restored beside the database, compared, and only then \
            takes its place.

            EXAMPLE
              kohaku-migrate restore hub.db.backup-20261129T064000Z-v007
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Flag(name: .long, help: "Agree to the replacement.")
    var yes = false

    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering(isChanging: true) {
            guard FileSystem.size(of: file) != nil else {
                throw MigrationError(
                    .checkFailed, "there is no file \(file)",
                    nextStep: "Nothing was changed. To see what there is: kohaku-migrate backup list")
            }
            let target = try database.settled()
            guard yes || Consent.confirms("\(file) will replace \(target), which is kept under another name.") else {
                throw MigrationError(
                    .consentRequired, "\(target) would be replaced by \(file)",
                    nextStep: "Nothing was changed. To agree, run with --yes.")
            }
            var version = 0
            Signals.watch()
            let kept = try target.restore(
                file, lockTimeout: database.lockTimeout, interruption: Signals.interruption,
                observer: options.progress.observer(), logger: database.logger
            ) { version = try Self.version(of: $0, file) }
            if output.json {
                let document = RestoreDocument(
                    database: "\(target)", backup: file, version: version, replaced: kept)
                return try printJSON(document)
            }
            print("\("\(target)".escaped)\n\nRestored: the database is at version \(version.paddedToThree).")
            if let kept {
                print("The previous database was kept. Remove it when it is no longer needed:\n\(kept.escaped)")
            }
        }
    }

    /// The version of a backup, which has to be a hub's.
    private static func version(of connection: any DatabaseConnection, _ file: String) throws -> Int {
        let assessment = try Assessment(of: connection, catalogue: .kohakuHub)
        switch assessment.state {
        case .foreign, .fresh:
            throw MigrationError(
                .schemaDiffers, "\(file) is not a backup of a hub's database", nextStep: "Nothing was changed.")
        default: return assessment.version
        }
    }
}

/// The document of `restore`.
struct RestoreDocument: Encodable {
    var status = "done"
    var database: String
    var backup: String
    var version: Int
    var replaced: String?
}
