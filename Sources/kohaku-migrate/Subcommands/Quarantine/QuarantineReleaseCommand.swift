import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Puts rows back into their tables.
struct QuarantineReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Put rows back into their tables: all of those named, or none.",
        usage: "kohaku-migrate quarantine release (<id> ... | --all) [<options>]",
        discussion: """
            First create the users or repositories that the rows need.

            EXAMPLE
              kohaku-migrate quarantine release 3 4 5
            """
    )

    @OptionGroup var selection: QuarantineSelection
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.rendering(isChanging: true) {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .changing)
            let rows = try connection.stoppingAtSignals("the release") {
                try QuarantineRelease.release(selection.numbers, of: connection)
            }
            if output.json {
                let rows = rows.map { QuarantineDocument.Row($0.row, releasedID: $0.id) }
                try printJSON(QuarantineChangeDocument(rows, database: configuration.database))
            } else {
                print("\("\(configuration.database)".escaped)\n\n\(rows.count.counted("row")) released.")
                for released in rows {
                    let isRenumbered = released.id != released.row.sourceID
                    print("  \(released.row.title.escaped)\(isRenumbered ? ", now with id \(released.id)" : "")")
                }
            }
        }
    }
}
