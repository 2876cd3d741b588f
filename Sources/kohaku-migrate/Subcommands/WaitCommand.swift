import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Waits until the database takes connections.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        _superCommandName: KohakuMigrate.name,
        abstract: "Wait until the database takes connections.",
        usage: "kohaku-migrate wait [--timeout <seconds>] [<options>]",
        discussion: """
            It waits for a server that does not answer or is starting, for a host name that cannot be resolved yet, and for \
            a folder that does not exist yet. A wrong password or a missing database ends it at once, with 7.

            EXAMPLE
              kohaku-migrate wait --timeout 120 && kohaku-migrate run
            """
    )

    @OptionGroup var wait: WaitOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let clock = ContinuousClock()
            let start = clock.now
            try wait.wait(for: &configuration, database, isQuiet: output.json)
            let duration = clock.now - start
            if output.json {
                try printJSON(WaitDocument(database: "\(configuration.database)", seconds: duration / .seconds(1)))
            } else {
                print("\("\(configuration.database)".escaped) takes connections (\(duration.seconds)).".wrapped())
            }
        }
    }
}

/// The document of `wait`.
struct WaitDocument: Encodable {
    var status = "done"
    var database: String
    var seconds: Double
}
