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
            lines += ["", "A repair would do this, in one transaction:"]
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
        text = lines.joined(separator: "\n")
    }

    private static func words(_ table: RepairPreview.Table) -> String {
        guard table.isThere else { return "is missing and is made" }
        if table.isLeftover { return "is left over: its \(table.rows) row(s) go to quarantine, and it is dropped" }
        var parts: [String] = []
        if !table.otherColumns.isEmpty { parts.append("has \(table.otherColumns.joined(separator: ", "))") }
        if !table.missingColumns.isEmpty { parts.append("lacks \(table.missingColumns.joined(separator: ", "))") }
        if table.otherDifferences > 0 { parts.append("differs in \(table.otherDifferences) other place(s)") }
        return "\(table.rows) row(s); " + parts.joined(separator: "; ")
    }
}
