import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Removes old backups.
struct BackupPruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove all backups of the database but the newest ones.",
        usage: "kohaku-migrate backup prune --keep <number> [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate backup prune --keep 3
            """
    )

    @Option(name: .long, help: ArgumentHelp("How many to keep, at least 1.", valueName: "number"))
    var keep: Int

    @OptionGroup var folder: BackupFolder
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard keep > 0 else { throw ValidationError("--keep takes a number from 1.") }
    }

    func run() throws {
        try output.rendering(isChanging: true) {
            let settled = try database.settled()
            let removed = try settled.backupNames(in: folder.backupDir).prune(keeping: keep)
            try output.show(removed, of: settled, nothing: "Nothing to remove.", heading: "Removed:")
        }
    }
}
