import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Lists the rows in quarantine.
struct QuarantineListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rows in quarantine, each with its reason.",
        usage: "kohaku-migrate quarantine list [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate quarantine list --json
            """
    )

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            var rows: [QuarantinedRow] = []
            try Quarantine.forEachRow(of: connection) { row in
                var row = row
                // The list shows no contents, and need not hold them.
                row.json = ""
                rows.append(row)
            }
            let summary = try Quarantine.summary(of: connection)
            if output.json {
                try printJSON(QuarantineDocument(rows, summary: summary, database: configuration.database))
            } else {
                print(QuarantineText(rows, summary: summary, database: configuration.database).text)
            }
        }
    }
}
