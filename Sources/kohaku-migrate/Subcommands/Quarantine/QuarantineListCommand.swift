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
            EXAMPLES
              kohaku-migrate quarantine list
              kohaku-migrate quarantine list --table token --migration 8
            """
    )

    @OptionGroup var filter: QuarantineFilterOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            try connection.withReadTransaction(of: [Quarantine.kohakuHub.table]) {
                let summary = try Quarantine.kohakuHub.summary(of: connection, where: filter.filter)
                guard output.json else {
                    return try show(summary, of: connection, configuration.database)
                }
                var rows: [QuarantineDocument.Row] = []
                try Quarantine.kohakuHub.forEachRow(of: connection, where: filter.filter) {
                    rows.append(QuarantineDocument.Row($0))
                }
                try printJSON(QuarantineDocument(rows, summary: summary, database: configuration.database))
            }
        }
    }

    /// Prints row by row: the rows are read once to measure the columns, and once to be shown.
    private func show(
        _ summary: [QuarantineSummary], of connection: any DatabaseConnection, _ database: DatabaseURL
    ) throws {
        var text = QuarantineText(summary, filter: filter.filter, database: database)
        print(text.heading)
        guard !summary.isEmpty else { return }
        try Quarantine.kohakuHub.forEachRow(of: connection, where: filter.filter) { text.measure($0) }
        print(text.header)
        try Quarantine.kohakuHub.forEachRow(of: connection, where: filter.filter) { row in
            if StandardStreams.failure == 0 { print(text.line(row)) }
        }
        print(text.nextStep)
    }
}
