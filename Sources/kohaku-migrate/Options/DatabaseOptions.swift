import ArgumentParser
import FoundationEssentials
import KohakuHubMigrations
import Logging
import Migrations

/// Which database, for every verb.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The database: sqlite:///hub.db, sqlite:////data/hub.db, postgresql://user:password@host/name.",
            valueName: "url"))
    var databaseURL: String?

    @Option(name: .long, help: ArgumentHelp("The hub's configuration file.", valueName: "file"))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("How long to wait for a lock.", valueName: "seconds"))
    var lockTimeout: Int = 10

    @Flag(name: .shortAndLong, help: "Log every statement to standard error.")
    var verbose = false

    func validate() throws {
        guard (0...86_400).contains(lockTimeout) else {
            throw ValidationError("--lock-timeout takes 0 to 86400 seconds.")
        }
    }

    /// The settings from flags, environment and configuration file.
    func resolve() throws -> HubConfiguration {
        try HubConfiguration(
            url: databaseURL, configPath: config, environment: ProcessInfo.processInfo.environment
        ) { path in
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
                throw ConfigurationError(
                    "the file cannot be read as text", source: path, hint: "Check its permissions and encoding.")
            }
            return text
        }
    }

    /// Opens the database of the settings.
    func open(_ configuration: HubConfiguration, for purpose: DatabaseURL.Purpose) throws -> any DatabaseConnection {
        var logger = Logger(label: "kohaku-migrate") { _ in LogLines() }
        logger.logLevel = verbose ? .trace : .warning
        return try configuration.database.open(for: purpose, lockTimeout: .seconds(lockTimeout), logger: logger)
    }
}
