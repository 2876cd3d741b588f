import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Permanently deletes rows from quarantine.
struct QuarantinePurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Permanently delete rows from quarantine.",
        usage: "kohaku-migrate quarantine purge (<id> ... | --all) [--yes] [<options>]",
        discussion: """
            EXAMPLE
              kohaku-migrate quarantine export > rows.jsonl
              kohaku-migrate quarantine purge --all --yes
            """
    )

    @OptionGroup var selection: QuarantineSelection

    @Flag(name: .long, help: "Agree to the deletion.")
    var yes = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering(isChanging: true) {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .changing)
            var rows: [QuarantinedRow] = []
            if let numbers = selection.numbers {
                rows = try Quarantine.kohakuHub.rows(numbers, of: connection)
            } else {
                try Quarantine.kohakuHub.forEachRow(of: connection) { rows.append($0) }
            }
            guard yes || rows.isEmpty || Consent.confirms("\(rows.count.counted("row")) will be permanently deleted.")
            else {
                throw MigrationError(
                    .consentRequired, "\(rows.count.counted("row")) would be permanently deleted",
                    nextStep: "Nothing was deleted. To agree, run with --yes.")
            }
            if !rows.isEmpty {
                try connection.stoppingAtSignals("the purge") { try Self.purge(rows, from: connection) }
            }
            if output.json {
                let rows = rows.map { QuarantineDocument.Row($0) }
                try printJSON(QuarantineChangeDocument(rows, database: configuration.database))
            } else {
                print("\("\(configuration.database)".escaped)\n\n\(rows.count.counted("row")) permanently deleted.")
                for row in rows { print("  \(row.title.escaped)") }
            }
        }
    }
    private static func purge(_ rows: [QuarantinedRow], from connection: any DatabaseConnection) throws {
        try connection.withMigrationTransaction(locking: [Quarantine.kohakuHub.table]) {
            // Numbers are given again once the quarantine is empty.
            guard try Quarantine.kohakuHub.rows(rows.map(\.id), of: connection) == rows else {
                throw MigrationError(
                    .failed, "the quarantine changed before you agreed",
                    nextStep: "Nothing was deleted. List it again: kohaku-migrate quarantine list")
            }
            try Quarantine.kohakuHub.delete(rows.map(\.id), from: connection)
        }
    }
}
