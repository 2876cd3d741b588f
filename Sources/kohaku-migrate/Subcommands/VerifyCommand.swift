import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Compares the schema with the current one.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the schema with the current one and check the foreign keys; exit 3 when they differ.",
        usage: "kohaku-migrate verify [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate verify --json
            """
    )

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            let configuration = try database.resolve()
            let connection = try database.open(configuration, for: .reading)
            let verification = try Verification(of: connection, catalogue: .kohakuHub)
            if output.json {
                printJSON(VerifyDocument(verification, database: configuration.database))
            } else {
                print(VerifyText(verification, database: configuration.database).text)
            }
            guard verification.isExact else { throw ExitCode(ExitStatus.schemaDiffers.rawValue) }
        }
    }
}
