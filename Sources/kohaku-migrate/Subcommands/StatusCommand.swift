import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Shows the status of every migration.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        _superCommandName: KohakuMigrate.name,
        abstract: "Show which migrations are applied, superseded or pending, and why.",
        usage: "kohaku-migrate status [--exit-code] [<options>]",
        discussion: """
            EXAMPLES
              kohaku-migrate status
              kohaku-migrate status --exit-code && start-the-hub
            """
    )

    @Flag(name: .long, help: "Exit with 2 when migrations are pending, 3 when the schema differs or is another's.")
    var exitCode = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            let assessment = try Assessment(of: connection, catalogue: .kohakuHub)
            if output.json {
                try printJSON(StatusDocument(assessment, database: configuration.database))
            } else {
                print(StatusText(assessment, database: configuration.database).text)
            }
            guard exitCode, !assessment.isExact else { return }
            switch assessment.state {
            case .fresh, .older: throw ExitCode(ExitStatus.pending.rawValue)
            case .foreign, .unsupported, .partial, .current, .newer: throw ExitCode(ExitStatus.schemaDiffers.rawValue)
            }
        }
    }
}
