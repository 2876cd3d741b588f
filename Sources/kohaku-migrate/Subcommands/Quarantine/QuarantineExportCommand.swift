import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Writes the rows in quarantine as JSON lines.
struct QuarantineExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the rows in quarantine to standard output, one JSON object per line.",
        usage: "kohaku-migrate quarantine export [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate quarantine export > rows.jsonl
            """
    )

    @OptionGroup var filter: QuarantineFilterOptions
    @OptionGroup var database: DatabaseOptions

    func run() throws {
        try reportingFailures(asJSON: false, isChanging: false) {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            try Quarantine.kohakuHub.forEachRow(of: connection, where: filter.filter) { row in
                // Nobody reads the rest of millions of rows when one could not be written.
                if StandardStreams.failure == 0 { print(try QuarantineLine(row).text) }
            }
        }
    }
}
