import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Shows the verdict on every migration.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which migrations are applied, superseded or pending, and why.",
        usage: "kohaku-migrate status [--exit-code] [<options>]",
        discussion: """
            EXAMPLES
              kohaku-migrate status
              kohaku-migrate status --exit-code && start-the-hub
            """
    )

    @Flag(name: .long, help: "Exit with 2 when something is pending, 3 when it is no hub's database.")
    var exitCode = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            let configuration = try database.resolve()
            let connection = try database.open(configuration, for: .reading)
            let inspection = try Inspection(of: connection, catalogue: .kohakuHub)
            if output.json {
                printJSON(StatusDocument(inspection, database: configuration.database))
            } else {
                print(StatusText(inspection, database: configuration.database).text)
            }
            guard exitCode else { return }
            if case .foreign = inspection.state { throw ExitCode(ExitStatus.schemaDiffers.rawValue) }
            if inspection.isPending { throw ExitCode(ExitStatus.pending.rawValue) }
        }
    }
}
