import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Handles the rows that migrations could not keep in their tables.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List, export, release or purge the rows that could not be kept.",
        discussion: """
            Rows that violate the new constraints are kept whole in the table kohaku_quarantine.

            EXAMPLES
              kohaku-migrate quarantine list
              kohaku-migrate quarantine export > rows.jsonl
              kohaku-migrate quarantine release 3 4 5
              kohaku-migrate quarantine purge --all --yes
            """,
        subcommands: [
            QuarantineListCommand.self, QuarantineExportCommand.self, QuarantineReleaseCommand.self,
            QuarantinePurgeCommand.self,
        ]
    )
}

/// Which rows in quarantine a verb is about.
struct QuarantineSelection: ParsableArguments {
    @Argument(help: "The numbers that 'quarantine list' shows.")
    var ids: [Int64] = []

    @Flag(name: .long, help: "Every row.")
    var all = false

    func validate() throws {
        // An empty variable in place of the numbers must not mean every row.
        guard all == ids.isEmpty else { throw ValidationError("Give row numbers or --all.") }
    }

    /// The numbers, `nil` for all.
    var numbers: [Int64]? { ids.isEmpty ? nil : ids }
}

/// Which of the rows in quarantine are shown.
struct QuarantineFilterOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Only rows of this table.", valueName: "name"))
    var table: String?

    @Option(name: .long, help: ArgumentHelp("Only rows that this migration put there.", valueName: "number"))
    var migration: Int?

    var filter: QuarantineFilter { QuarantineFilter(table: table, migration: migration) }
}
