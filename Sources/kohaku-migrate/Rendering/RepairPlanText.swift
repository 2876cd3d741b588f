import KohakuHubMigrations
import Migrations

/// The output of `plan --repair` and `repair --dry-run`.
struct RepairPlanText {
    let text: String

    init(_ plan: Migrations.Plan, _ report: RunReport, findings: [Finding], database: DatabaseURL) {
        let changes = RepairPlanDocument.Table.all(plan)
        var lines = ["\(database)".escaped, "", AssessmentText(plan.assessment).text.wrapped()]
        if report.isUnchanged {
            lines += ["", "Nothing to repair."]
        } else {
            lines += ["", "`repair` would do this, in one transaction:"]
            for table in changes {
                lines.append("  " + "\(table.table): \(Self.words(table))".wrapped(indent: 4))
            }
            lines += report.violations.map { "  " + $0.wrapped(indent: 4) }
            let tables = report.migrations.flatMap(\.tables) + report.reconciledTables
            if !tables.isEmpty { lines += ["", "With the rows:", RunRenderer.table(tables)] }
        }
        for finding in findings where finding.severity != .error {
            lines += ["", FindingText(finding, label: "\(finding.severity.rawValue): ").text]
        }
        if !report.isUnchanged { lines += [""] + Self.verdict(changes, report) }
        text = lines.joined(separator: "\n")
    }

    /// The verdict, and the next command.
    private static func verdict(_ changes: [RepairPlanDocument.Table], _ report: RunReport) -> [String] {
        let rows = changes.reduce(0) { $0 + $1.rows }
        return [
            """
            \(changes.count.counted("table")) with \(rows.counted("row")). \(report.quarantined.counted("row")) would be in \
            quarantine afterwards.
            """.wrapped(),
            "It will ask for consent. Apply it: kohaku-migrate repair",
        ]
    }

    private static func words(_ table: RepairPlanDocument.Table) -> String {
        guard table.present else { return "is missing and would be created" }
        if table.leftover {
            let rows = table.rows == 0 ? "" : "\(table.rows.counted("row")) would be quarantined and "
            return "left over from an interrupted upgrade: \(rows)the table would be dropped"
        }
        var parts: [String] = []
        if !table.otherColumns.isEmpty { parts.append("has \(table.otherColumns.joined(separator: ", "))") }
        if !table.missingColumns.isEmpty { parts.append("lacks \(table.missingColumns.joined(separator: ", "))") }
        if table.otherDifferences > 0 { parts.append("differs in \(table.otherDifferences.counted("other place"))") }
        return table.rows.counted("row") + "; " + parts.joined(separator: "; ")
    }
}
