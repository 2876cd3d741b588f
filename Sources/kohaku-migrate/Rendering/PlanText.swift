import KohakuHubMigrations
import Migrations

/// The output of `plan` and `run --dry-run`.
struct PlanText {
    let text: String

    /// - Parameter command: What does what is shown.
    init(_ preview: RunPreview, command: String, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        if preview.isFresh {
            lines.append("There are no tables yet: `run` would create the current schema.")
        } else if preview.pending.isEmpty, !preview.mending.isEmpty {
            lines.append("`run` would fix this, in one transaction:")
            lines += preview.mending.map { "  " + "\($0)".wrapped(indent: 4) }
        } else if preview.pending.isEmpty {
            lines.append("Nothing to do: the database is at version \(preview.version.paddedToThree).")
        } else {
            lines.append("`run` would apply, each in a transaction of its own:")
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
        lines += Self.verdict(preview, command: command)
        text = lines.joined(separator: "\n")
    }

    /// What it comes to, and the next command.
    private static func verdict(_ preview: RunPreview, command: String) -> [String] {
        let errors = preview.findings.count { $0.severity == .error }
        let rows = preview.rows.reduce(0) { $0 + $1.count }
        var lines: [String] = []
        if let last = preview.pending.last?.migration.number {
            let versions = "\(preview.version.paddedToThree) → \(max(preview.version, last).paddedToThree)"
            lines.append(
                """
                Version \(versions): \(preview.pending.count.counted("migration")) pending, \(rows.counted("row")) in \
                \(preview.rows.count.counted("table")).
                """.wrapped())
        }
        if errors > 0 {
            lines.append(
                "`run` would stop before any change: \(errors.counted("error")) above must be dealt with first."
                    .wrapped())
        } else if preview.isFresh || !lines.isEmpty || !preview.mending.isEmpty {
            let consents = preview.pending.filter { $0.migration.migration.consent != nil }.map {
                $0.migration.number.paddedToThree
            }
            lines.append(
                (consents.isEmpty ? "" : "It will ask for consent to \(consents.joined(separator: ", ")). ")
                    + "Apply it: \(command)")
        }
        return lines.isEmpty ? [] : [""] + lines
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
            "-- For reading: rows are computed while a migration runs. Apply it: kohaku-migrate run",
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
