import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Compares the schema with the current one.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        _superCommandName: KohakuMigrate.name,
        abstract: "Report what the database is, compare its schema, and check its references.",
        usage: "kohaku-migrate verify [<options>]",
        discussion: """
            Exits with 0 when the schema is current, apart from unmanaged additions, and the data consistent, and with 3 \
            otherwise.

            EXAMPLE
              kohaku-migrate verify --json
            """
    )

    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            connection.observer = options.progress.observer()
            connection.begin(.checking, in: "verify")
            let assessment = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            if output.json {
                try printJSON(VerifyDocument(assessment, database: configuration.database))
            } else {
                print(VerifyText(assessment, database: configuration.database).text)
            }
            guard assessment.isExact else { throw ExitCode(ExitStatus.schemaDiffers.rawValue) }
        }
    }
}
