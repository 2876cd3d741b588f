import KohakuHubMigrations
import Migrations

/// The output of `plan` and `run --dry-run`.
struct PlanText {
    let text: String

    /// - Parameters:
    ///   - command: The command that executes the plan.
    ///   - sizeOfBackup: How many bytes a backup may take, when one can be made.
    init(_ plan: Migrations.Plan, command: String, database: DatabaseURL, sizeOfBackup: Int64? = nil) {
        var lines = ["\(database)".escaped, ""]
        if plan.isFresh {
            lines.append("Fresh: there are no tables yet. `run` would create the current schema.")
        } else if plan.steps.isEmpty, !plan.drift.isEmpty {
            lines.append("`run` would fix this, in one transaction:")
            lines += plan.drift.map { "  " + "\($0)".wrapped(indent: 4) }
        } else if plan.steps.isEmpty {
            lines.append("Nothing to do: the database is at version \(plan.assessment.version.paddedToThree).")
        } else {
            lines.append("`run` would apply, each in its own transaction:")
            for status in plan.steps {
                lines.append("  " + "\(status.migration.title) (\(status.reason))".wrapped(indent: 4))
                if status.migration.migration.consent != nil { lines.append("      asks for consent") }
            }
            if !plan.rows.isEmpty {
                var table = TextTable([("table", .left), ("rows", .right)])
                for (name, count) in plan.rows { table.add([name, String(count)]) }
                lines += ["", table.text()]
            }
        }
        for finding in plan.findings {
            lines.append("")
            lines.append(FindingText(finding, label: "\(finding.severity.rawValue): ").text)
        }
        lines += Self.verdict(plan, command: command, sizeOfBackup: sizeOfBackup)
        text = lines.joined(separator: "\n")
    }

    /// The verdict, and the next command.
    private static func verdict(_ plan: Migrations.Plan, command: String, sizeOfBackup: Int64?) -> [String] {
        let errors = plan.findings.count { $0.severity == .error }
        var lines: [String] = []
        if let pending = PendingText(plan) {
            lines.append("\(pending.text)\(plan.rows.isEmpty ? "" : ", \(plan.extent)").".wrapped())
        }
        if errors > 0 {
            lines.append(
                "`run` would stop before any change: \(errors.counted("error")) above must be resolved first."
                    .wrapped())
        } else if plan.isFresh || !lines.isEmpty || !plan.drift.isEmpty {
            let consents =
                plan.steps.filter { $0.migration.migration.consent != nil }.map { $0.migration.number.paddedToThree }
                + (plan.driftAltersTables ? ["changing tables"] : [])
            if !consents.isEmpty {
                let backup = sizeOfBackup.map { ", and make a backup of up to \($0.megabytes) first" } ?? ""
                lines.append("It will ask for consent to \(consents.joined(separator: ", "))\(backup).".wrapped())
                lines.append("To see on a copy how long it takes and how much room: kohaku-migrate rehearse".wrapped())
            }
            lines.append("Apply it: \(command)")
        }
        return lines.isEmpty ? [] : [""] + lines
    }
}

extension Migrations.Plan {
    /// The amount of data: `33 rows in 9 tables, 1 MB`.
    var extent: String {
        let count = rows.reduce(0) { $0 + $1.count }
        return "\(count.counted("row")) in \(rows.count.counted("table")), \(size.megabytes)"
    }
}

/// The SQL of `plan --sql`: a script to read.
///
/// It lacks what a migration computes while it runs, such as new ids and names, and would lose rows. So it ends with a
/// rollback: running it by mistake changes nothing. Names are not escaped, whatever they contain, so on a terminal the
/// text is escaped, and only a file can be executed.
struct PlanSQL {
    let text: String

    init(_ plan: Migrations.Plan, _ script: [[String]], database: DatabaseURL) {
        guard !plan.steps.isEmpty else {
            text = "-- \("\(database)".escaped)\n-- Nothing to do."
            return
        }
        var lines = [
            "-- \("\(database)".escaped)",
            "-- For reading only: rows are computed while a migration runs. Apply it: kohaku-migrate run",
            "-- It ends with a rollback.",
            "", "BEGIN;",
        ]
        for (status, statements) in zip(plan.steps, script) {
            lines += ["", "-- \(status.migration.title)"]
            lines += statements.map { $0 + ";" }
        }
        lines += ["", "ROLLBACK;"]
        text = lines.joined(separator: "\n")
    }
}
