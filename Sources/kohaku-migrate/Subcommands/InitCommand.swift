import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Creates the current schema.
struct InitCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        _superCommandName: KohakuMigrate.name,
        abstract: "Create the current schema in a fresh database; refuse any other.",
        usage: "kohaku-migrate init [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate init --database-url sqlite:///hub.db
            """
    )

    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    var progress: ProgressChoice { options.progress }

    func run() throws {
        try output.rendering(isChanging: true) {
            try change(database.resolve(), for: .migrating, isAgreed: false) { try $0.initialize() }
        }
    }
}
