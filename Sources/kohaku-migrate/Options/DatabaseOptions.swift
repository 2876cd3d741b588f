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

    @Option(
        name: .customLong("lock-timeout"),
        help: ArgumentHelp("How long to wait for a lock. (default: 10)", valueName: "seconds"))
    var lockTimeoutSeconds: Int?

    @Flag(name: .shortAndLong, help: "Log statements to standard error.")
    var verbose = false

    func validate() throws {
        guard (0...86_400).contains(lockTimeoutSeconds ?? 0) else {
            throw ValidationError("--lock-timeout takes 0 to 86400 seconds.")
        }
    }

    /// How long to wait for a lock.
    var lockTimeout: Duration { .seconds(lockTimeoutSeconds ?? 10) }

    /// The settings from flags, environment and configuration file.
    func resolve() throws -> HubConfiguration {
        var configuration = try HubConfiguration(
            url: databaseURL, configPath: config, environment: ProcessInfo.processInfo.environment,
            readFile: SettingsFile.text)
        try configuration.settleFile()
        return configuration
    }

    /// What a connection logs to.
    var logger: Logger {
        var logger = Logger(label: "kohaku-migrate") { _ in LogLines() }
        logger.logLevel = verbose ? .trace : .warning
        return logger
    }

    /// Opens the database of the settings, which then record how they were read.
    func open(_ configuration: inout HubConfiguration, for purpose: DatabaseURL.Purpose) throws
        -> any DatabaseConnection
    {
        let connection = try configuration.open(for: purpose, lockTimeout: lockTimeout, logger: logger)
        if let note = configuration.note { printError("note: \(note)".wrapped()) }
        return connection
    }
}
