import KohakuHubMigrations
import Migrations

/// The output of `plan --repair` and `repair --dry-run`.
struct RepairPlanText {
    let text: String

    init(_ preview: RepairPreview, newest: Int, database: DatabaseURL) {
        var lines = ["\(database)".escaped, "", DiagnosisText(preview.diagnosis, newest: newest).text.wrapped()]
        if preview.report.isUnchanged {
            lines += ["", "Nothing to repair."]
        } else {
            lines += ["", "`repair` would do this, in one transaction:"]
            for table in preview.tables {
                lines.append("  " + "\(table.name): \(Self.words(table))".wrapped(indent: 4))
            }
            lines += preview.report.violations.map { "  " + $0.wrapped(indent: 4) }
            let tables = preview.report.migrations.flatMap(\.tables) + preview.report.mendedTables
            if !tables.isEmpty { lines += ["", "With the rows:", RunRenderer.table(tables)] }
        }
        for finding in preview.findings where finding.severity != .error {
            lines += ["", FindingText(finding, label: "\(finding.severity.rawValue): ").text]
        }
        if !preview.report.isUnchanged { lines += [""] + Self.verdict(preview) }
        text = lines.joined(separator: "\n")
    }

    /// What it comes to, and the next command.
    private static func verdict(_ preview: RepairPreview) -> [String] {
        let reports = preview.report.migrations.flatMap(\.tables) + preview.report.mendedTables
        let quarantined = reports.reduce(0) { $0 + $1.quarantined }
        let rows = preview.tables.reduce(0) { $0 + $1.rows }
        return [
            """
            \(preview.tables.count.counted("table")) with \(rows.counted("row")), of which \(quarantined) would be quarantined.
            """.wrapped(),
            "It will ask for consent. Apply it: kohaku-migrate repair",
        ]
    }

    private static func words(_ table: RepairPreview.Table) -> String {
        guard table.isThere else { return "is missing and would be created" }
        if table.isLeftover {
            return
                "left over from an interrupted upgrade: \(table.rows.counted("row")) would be quarantined and the table dropped"
        }
        var parts: [String] = []
        if !table.otherColumns.isEmpty { parts.append("has \(table.otherColumns.joined(separator: ", "))") }
        if !table.missingColumns.isEmpty { parts.append("lacks \(table.missingColumns.joined(separator: ", "))") }
        if table.otherDifferences > 0 { parts.append("differs in \(table.otherDifferences.counted("other place"))") }
        return table.rows.counted("row") + "; " + parts.joined(separator: "; ")
    }
}
