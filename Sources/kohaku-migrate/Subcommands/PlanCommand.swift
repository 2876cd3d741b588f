import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Shows what `run` would do.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        _superCommandName: KohakuMigrate.name,
        abstract: "Show what run would do and why, and change nothing.",
        usage: "kohaku-migrate plan [--sql | --repair] [<options>]",
        discussion: """
            Runs the data checks of the pending migrations and shows every finding at once. With --sql it also runs the \
            migrations on an empty copy of the schema, to show each statement. The SQL is for reading only: rows are \
            computed while a migration runs. With --repair it executes the repair and rolls it back, to show what happens \
            to each table and its rows.

            EXAMPLES
              kohaku-migrate plan
              kohaku-migrate plan --repair
              kohaku-migrate plan --sql | less
            """
    )

    @Flag(name: .long, help: "Show the SQL of each pending migration.")
    var sql = false

    @Flag(name: .long, help: "Show what repair would do.")
    var repair = false

    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !sql || !repair else { throw ValidationError("Give either --sql or --repair, not both.") }
    }

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            if repair {
                let connection = try database.open(&configuration, for: .changing)
                connection.observer = options.progress.observer()
                return try RepairCommand.rehearse(configuration, connection, output: output)
            }
            let connection = try database.open(&configuration, for: .reading)
            connection.observer = options.progress.observer()
            try Self.show(configuration, connection, target: .newest, sql: sql, output: output)
        }
    }
}

extension PlanCommand {
    /// Shows a plan; exits with the status of a run that would stop at the findings.
    static func show(
        _ configuration: HubConfiguration,
        _ connection: any DatabaseConnection,
        target: Target,
        sql: Bool,
        output: OutputOptions
    ) throws {
        let runner = Runner(catalogue: .kohakuHub, connection: connection, exampleLimit: output.exampleLimit)
        let plan = try runner.plan(for: .run(to: target))
        if let refusal = plan.refusal { throw refusal }
        let script = sql ? try plan.statements() : nil
        if output.json {
            try printJSON(PlanDocument(plan, script: script, database: configuration.database))
        } else if let script {
            printScript(PlanSQL(plan, script, database: configuration.database).text)
        } else {
            let size = try? (connection as? any BackupSource)?.sizeOfNextBackup()
            print(
                PlanText(
                    plan, command: target.command, database: configuration.database, sizeOfBackup: size
                ).text)
        }
        if let stop = plan.stop { throw ExitCode(ExitStatus(stop.code).rawValue) }
    }
}

extension Target {
    /// The command that runs up to this target.
    fileprivate var command: String {
        switch self {
        case .newest: "kohaku-migrate run"
        case .upTo(let number): "kohaku-migrate run --to \(number)"
        case .only(let number): "kohaku-migrate run \(number)"
        }
    }
}
