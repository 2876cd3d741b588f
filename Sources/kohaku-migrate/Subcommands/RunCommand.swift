import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Runs the pending migrations.
struct RunCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        _superCommandName: KohakuMigrate.name,
        abstract: "Run the pending migrations, then check the result.",
        usage: "kohaku-migrate run [<number>] [<options>]",
        discussion: """
            A fresh database gets the current schema at once. A migration that fails is rolled back, and later ones \
            do not run. Before a change that only a backup can undo, one is made.

            EXAMPLES
              kohaku-migrate run
              kohaku-migrate run --yes --database-url sqlite:////data/hub.db
              kohaku-migrate run --to 7
              kohaku-migrate run --dry-run
            """
    )

    @Argument(help: "Run just this migration; older ones must not be pending.")
    var number: Int?

    @Flag(name: .long, help: "Show what would be done and change nothing.")
    var dryRun = false

    @Option(name: .long, help: .to)
    var to: Int?

    @Flag(name: .long, help: .yes)
    var yes = false

    @OptionGroup var options: ChangeOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard number == nil || to == nil else {
            throw ValidationError("Give either a number or --to, not both.")
        }
    }

    var progress: ProgressChoice { options.progress }
    var backupOptions: ChangeOptions? { options }

    func run() throws {
        try output.rendering(isChanging: !dryRun) {
            var configuration = try database.resolve()
            let target = number.map { .only($0) } ?? Target(upTo: to)
            if dryRun {
                let connection = try database.open(&configuration, for: .reading)
                connection.observer = progress.observer()
                return try PlanCommand.show(configuration, connection, target: target, sql: false, output: output)
            }
            let health = try options.startHealthFile(besides: configuration.database)
            try change(configuration, for: .migrating, isAgreed: yes, health: health) {
                try $0.run(to: target)
            }
        }
    }
}
