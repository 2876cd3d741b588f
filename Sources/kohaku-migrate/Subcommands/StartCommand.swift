import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Waits for the database, runs the pending migrations, and becomes the server.
struct StartCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        _superCommandName: KohakuMigrate.name,
        abstract: "Wait for the database, run the pending migrations, then become a command.",
        usage: "kohaku-migrate start [<options>] -- <command> ...",
        discussion: """
            The command takes the place of this process: it has its process id, standard streams, environment and \
            signals. When the run fails, it is not started, and the exit status is that of the run. A command that is \
            not found (127) or cannot be executed (126) is reported before anything changes.

            EXAMPLES
              kohaku-migrate start -- /app/startup.py
              kohaku-migrate start --yes --backup-dir /backups -- start-the-hub --port 48888
            """
    )

    @Argument(parsing: .postTerminator, help: "The command, with its arguments.")
    var command: [String] = []

    @Option(name: .long, help: .to)
    var to: Int?

    @Flag(name: .long, help: .yes)
    var yes = false

    @OptionGroup var options: ChangeOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard command.first?.isEmpty == false else {
            throw ValidationError("Give the command after two hyphens: kohaku-migrate start -- start-the-hub")
        }
    }

    var progress: ProgressChoice { options.progress }
    var backupOptions: ChangeOptions? { options }

    func run() throws {
        try output.rendering(isChanging: true) {
            let program = try Executable(command)
            var configuration = try database.resolve()
            try upgrade(&configuration)
            Signals.reset()
            // One that came during the last moments of the run is meant for the command as well.
            guard Signals.received == 0 else {
                throw MigrationError(
                    .interrupted, "interrupted after the run", nextStep: "The command was not started.")
            }
            try program.replaceProcess()
        }
    }

    /// A function of its own, so that nothing of it is left when the command begins.
    private func upgrade(_ configuration: inout HubConfiguration) throws {
        let health = try options.startHealthFile(besides: configuration.database)
        try wait.wait(for: &configuration, database, isQuiet: output.json)
        try change(configuration, for: .migrating, isAgreed: yes, health: health) {
            try $0.run(to: Target(upTo: to))
        }
    }
}
