import ArgumentParser
import KohakuHubMigrations
import Migrations

/// How long a verb waits for the database.
struct WaitOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("How long to wait for the database to take connections.", valueName: "seconds"))
    var timeout: Int = 60

    func validate() throws {
        guard (0...86_400).contains(timeout) else {
            throw ValidationError("--timeout takes 0 to 86400 seconds.")
        }
    }

    /// Waits for the database of the settings, and says for what and why when it has to.
    func wait(for configuration: inout HubConfiguration, _ database: DatabaseOptions, isQuiet: Bool) throws {
        let name = configuration.database
        try configuration.waitForDatabase(
            atMost: .seconds(timeout), interruption: Signals.interruption, logger: database.logger
        ) { reason in
            if !isQuiet { print("waiting for \(name): \(reason)".wrapped()) }
        }
    }
}
