import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Brings a mixed database to the current schema.
struct RepairCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        _superCommandName: KohakuMigrate.name,
        abstract: "Bring a mixed database to the current schema without losing a row.",
        usage: "kohaku-migrate repair [<options>]",
        discussion: """
            Completes each table from whatever columns exist: old, new, or both. It runs in one transaction. Rows that \
            the current schema cannot hold are quarantined. A second repair changes nothing. A backup is made first.

            EXAMPLES
              kohaku-migrate repair --dry-run
              kohaku-migrate repair
            """
    )

    @Flag(name: .long, help: "Agree to the repair.")
    var yes = false

    @Flag(name: .long, help: "Show what would be done: the repair is rolled back.")
    var dryRun = false

    @OptionGroup var options: ChangeOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    var progress: ProgressChoice { options.progress }
    var backupOptions: ChangeOptions? { options }

    func run() throws {
        try output.rendering(isChanging: !dryRun) {
            var configuration = try database.resolve()
            if dryRun {
                let connection = try database.open(&configuration, for: .changing)
                connection.observer = progress.observer()
                return try Self.rehearse(configuration, connection, output: output)
            }
            let health = try options.startHealthFile(besides: configuration.database)
            try change(configuration, for: .changing, isAgreed: yes, health: health) { try $0.repair() }
        }
    }
}

extension RepairCommand {
    /// Shows what a repair finds and does, by executing it and rolling it back.
    static func rehearse(
        _ configuration: HubConfiguration, _ connection: any DatabaseConnection, output: OutputOptions
    ) throws {
        let renderer = RunRenderer(isQuiet: true)
        let runner = Runner(
            catalogue: .kohakuHub, connection: connection, emit: renderer.render, exampleLimit: output.exampleLimit)
        let plan = try runner.plan(for: .repair(isDryRun: true))
        let (report, database) = (try runner.execute(plan), configuration.database)
        if output.json {
            try printJSON(RepairPlanDocument(plan, report, findings: renderer.findings, database: database))
        } else {
            print(RepairPlanText(plan, report, findings: renderer.findings, database: database).text)
        }
    }
}
