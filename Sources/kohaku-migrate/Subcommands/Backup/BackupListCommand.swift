import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Lists the backups.
struct BackupListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the backups of the database, the oldest first.",
        usage: "kohaku-migrate backup list [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate backup list
            """
    )

    @OptionGroup var folder: BackupFolder
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            let settled = try database.settled()
            let backups = try settled.backupNames(in: folder.backupDir).all()
            try output.show(backups, of: settled, nothing: "There is no backup.")
        }
    }
}
