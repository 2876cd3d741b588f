import KohakuHubMigrations
import Migrations

/// The output of `plan` and `run --dry-run`.
struct PlanText {
    let text: String

    init(_ preview: RunPreview, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        if preview.isFresh {
            lines.append("Fresh: run would create the current schema.")
        } else if preview.pending.isEmpty, !preview.mending.isEmpty {
            lines.append("At \(preview.version.paddedToThree), run would mend in one transaction:")
            lines += preview.mending.map { "  " + "\($0)".wrapped(indent: 4) }
        } else if preview.pending.isEmpty {
            lines.append("Nothing to do: the database is at \(preview.version.paddedToThree).")
        } else {
            lines.append("At \(preview.version.paddedToThree), run would do, each in one transaction:")
            for entry in preview.pending {
                lines.append("  " + "\(entry.migration.title) (\(entry.evidence))".wrapped(indent: 4))
                if entry.migration.migration.consent != nil { lines.append("      asks for consent") }
            }
            if !preview.rows.isEmpty {
                var table = TextTable([("table", .left), ("rows", .right)])
                for (name, count) in preview.rows { table.add([name, String(count)]) }
                lines += ["", table.text()]
            }
        }
        for finding in preview.findings {
            lines.append("")
            lines.append(FindingText(finding, label: "\(finding.severity.rawValue): ").text)
        }
        text = lines.joined(separator: "\n")
    }
}

/// The SQL of `plan --sql`: a script to read.
///
/// What a migration computes while it runs, such as new ids and names, is not in it, and on real rows it would lose some.
/// So it rolls itself back: who runs it by mistake changes nothing. A name in it is spelled as it must be, whatever it
/// holds, so at a terminal the text is escaped, and can be run only from a file.
struct PlanSQL {
    let text: String

    init(_ statements: StatementPreview, database: DatabaseURL) {
        guard !statements.entries.isEmpty else {
            text = "-- \("\(database)".escaped)\n-- Nothing to do."
            return
        }
        var lines = [
            "-- \("\(database)".escaped)",
            "-- To read, not to run: rows are computed while a migration runs. To run it: kohaku-migrate run",
            "-- It rolls itself back at its end.",
            "", "BEGIN;",
        ]
        for entry in statements.entries {
            lines += ["", "-- \(entry.migration.title)"]
            lines += entry.statements.map { $0 + ";" }
        }
        lines += ["", "ROLLBACK;"]
        text = lines.joined(separator: "\n")
    }
}
