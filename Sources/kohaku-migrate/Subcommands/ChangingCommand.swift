import ArgumentParser
import KohakuHubMigrations
import Migrations

extension Driver {
    /// Makes one change of one transaction, which a signal stops and rolls back whole.
    /// - Parameter title: Its name in messages: `the release`.
    func stoppingAtSignals<Result>(_ title: String, _ body: () throws -> Result) throws -> Result {
        interruption = Signals.interruption
        Signals.watch()
        do {
            return try body()
        } catch let error as DatabaseError {
            throw MigrationError(error, during: title, vocabulary: .kohakuHub)
        }
    }
}

/// A verb whose runner changes the database: it reports its progress, and stops on signals.
protocol ChangingCommand: ParsableCommand {
    var database: DatabaseOptions { get }
    var output: OutputOptions { get }
    /// How its progress is shown.
    var progress: ProgressChoice { get }
    /// The options that say whether and where a backup is made first; `nil` for a verb that changes nothing that was there.
    var backupOptions: ChangeOptions? { get }
}

extension ChangingCommand {
    var backupOptions: ChangeOptions? { nil }

    /// Opens the database and lets a runner change it.
    /// - Parameters:
    ///   - isAgreed: Whether `--yes` gives consent; the settings may consent to migrations.
    ///   - health: What is touched while it makes progress.
    func change(
        _ configuration: HubConfiguration, for purpose: DatabaseURL.Purpose, isAgreed: Bool, health: HealthFile? = nil,
        by verb: (Runner) throws -> RunReport
    ) throws {
        var configuration = configuration
        let new = purpose == .migrating ? try NewDatabase(configuration) : nil
        try new?.requireConsent(isAgreed)
        let connection = try database.open(&configuration, for: purpose)
        connection.interruption = Signals.interruption
        connection.observer = progress.observer()
        let renderer = RunRenderer(isQuiet: output.json)
        let consent = Consent(isGiven: isAgreed || configuration.autoMigrate, database: configuration.database)
        let first = backupOptions.flatMap { options in
            options.noBackup
                ? nil
                : FirstBackup(
                    of: connection, in: options.backupDir, restoring: configuration.database,
                    lockTimeout: database.lockTimeout)
        }
        var runner = Runner(
            catalogue: .kohakuHub, connection: connection,
            consent: {
                let plan = renderer.plan
                return try consent.ask($0, $1, plan: plan) {
                    try plan.flatMap { try first?.next(version: $0.assessment.version) }
                }
            },
            backUp: first.map { first in { try first.make(version: $0) } },
            emit: Signals.watched(renderer.render), exampleLimit: output.exampleLimit)
        runner.progress = { health?.touch() }
        runner.patience = max(runner.patience, database.lockTimeout)
        if !output.json {
            print("kohaku-migrate · \(configuration.database)\(new == nil ? "" : ", a new database")".escaped + "\n")
        }
        let report = try verb(runner)
        if output.json {
            try printJSON(RunDocument(report, findings: renderer.findings, database: configuration.database))
        } else {
            renderer.summarize(report)
        }
    }
}
