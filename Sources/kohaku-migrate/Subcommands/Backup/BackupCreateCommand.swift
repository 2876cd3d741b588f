import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Makes a backup.
struct BackupCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a backup, and compare it with the database.",
        usage: "kohaku-migrate backup create [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate backup create --backup-dir /backups
            """
    )

    @OptionGroup var folder: BackupFolder
    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            let (configuration, source) = try database.openForBackups()
            source.interruption = Signals.interruption
            source.observer = options.progress.observer()
            Signals.watch()
            // What is not finished is removed, whoever reads the output.
            Signals.ignoreBrokenPipes()
            source.begin(.waiting, in: "backup")
            let first = FirstBackup(
                of: source, in: folder.backupDir, restoring: configuration.database,
                lockTimeout: database.lockTimeout)
            let assessment = try Assessment(of: source, catalogue: .kohakuHub)
            guard var backup = try first.make(version: assessment.version) else {
                throw MigrationError(
                    .failed, "another process migrated the database meanwhile", nextStep: "Run it again.")
            }
            // `restore` takes only a hub's.
            switch assessment.state {
            case .foreign, .fresh: backup.restoring = nil
            default: break
            }
            if output.json {
                try printJSON(BackupsDocument([backup], database: configuration.database))
            } else {
                print(
                    "\("\(configuration.database)".escaped)\n\n\("\(backup.path) (\(backup.size.megabytes))".escaped)")
                if backup.restoring != nil { print(backup.wayBack) }
            }
        }
    }
}
