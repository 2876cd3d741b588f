import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Creates the current schema.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create the current schema in a fresh database; refuse any other.",
        usage: "kohaku-migrate init [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate init --database-url sqlite:///hub.db
            """
    )

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            let configuration = try database.resolve()
            let connection = try database.open(configuration, for: .migrating)
            connection.interruption = Signals.interruption
            let renderer = RunRenderer(isQuiet: output.json)
            let runner = Runner(catalogue: .kohakuHub, connection: connection, emit: Signals.watched(renderer.render))
            if !output.json { print("kohaku-migrate · \(configuration.database)\n") }
            let report = try runner.initialize()
            if output.json {
                printJSON(RunDocument(report, findings: [], database: configuration.database))
            } else {
                renderer.summarize(report)
            }
        }
    }
}
