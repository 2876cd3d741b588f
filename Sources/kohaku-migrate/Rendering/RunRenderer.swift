import KohakuHubMigrations
import Migrations

/// Prints the progress of a run.
final class RunRenderer {
    private let isQuiet: Bool
    private(set) var findings: [Finding] = []
    /// The current plan, once it is known.
    private(set) var plan: Migrations.Plan?

    /// - Parameter isQuiet: Whether to collect the findings and print nothing.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func render(_ event: MigrationEvent) {
        if case .found(let finding) = event { findings.append(finding) }
        if case .planned(let plan) = event { self.plan = plan }
        guard !isQuiet else { return }
        switch event {
        case .waiting(let leader):
            let text = "another process migrates the database: \(leader.name). Waiting while it makes progress."
            print("  " + text.wrapped(indent: 4))
        case .planned(let plan):
            if let pending = PendingText(plan) { print("\(pending.text)\n") }
        case .found(let finding):
            guard finding.severity != .error else { return }
            print(FindingText(finding, label: "\(finding.severity.rawValue): ").text + "\n")
        case .creating(let tables):
            print("  the database is fresh: creating \(tables) tables")
        case .backingUp:
            print("  backup …")
        case .backedUp(let backup):
            print("  " + "backup: \(backup.path) (\(backup.size.megabytes))".wrapped(indent: 4))
        case .started(let migration):
            print("  \(migration.title) …")
        case .finished(let report):
            if !report.tables.isEmpty { print(Self.table(report.tables)) }
            print("  \(report.migration.title): done in \(report.duration.seconds)")
        case .overtaken(let migration):
            // An earlier migration included its change, or another process was faster.
            print("  \(migration.title): already applied")
        case .reconciled(let difference):
            print("  " + "fixed: \(difference)".wrapped(indent: 4))
        case .restored(let violation):
            print("  " + "fixed: \(violation)".wrapped(indent: 4))
        case .mentioned(let difference):
            let hint =
                difference.disposition == .unmanaged ? "" : ". Quarantine its rows: kohaku-migrate repair"
            print("  " + "ignored: \(difference.description(.kohakuHub))\(hint)".wrapped(indent: 4))
        case .warning(let text):
            printError("warning: \(text)".wrapped())
        case .changing, .tableRewritten:
            break
        }
    }

    func summarize(_ report: RunReport) {
        let version = report.version.paddedToThree
        if report.isUnchanged {
            print("Nothing to do: the database is at version \(version).")
        } else {
            print("\nDone: the database is at version \(version) (\(report.duration.seconds)).")
        }
        if !report.isUnchanged, report.quarantined > 0 {
            print(
                """
                \(report.quarantined.counted("row")) in quarantine, each kept whole with its reason. \
                List them: kohaku-migrate quarantine list
                """.wrapped())
        }
        // What can be done about errors and warnings is for before a run.
        for finding in findings where finding.severity == .notice {
            guard let action = finding.action else { continue }
            print(finding.message.wrapped())
            print(action.wrapped())
        }
        if let backup = report.backup { print(backup.wayBack) }
    }

    /// The tables with rows, without the columns in which all are 0. The tables without rows are listed below, so that every
    /// table is accounted for.
    static func table(_ reports: [TableReport]) -> String {
        let columns: [(title: String, count: (TableReport) -> Int64)] = [
            ("in", \.rowsIn), ("merged", \.merged), ("copied", \.copied), ("quarantined", \.quarantined),
            ("moved", \.moved), ("out", \.rowsOut),
        ].filter { column in reports.contains { column.count($0) != 0 } }
        var table = TextTable([("table", .left)] + columns.map { ($0.title, .right) })
        let empty = reports.filter { $0.rowsIn == 0 && $0.rowsOut == 0 }.map(\.table)
        for report in reports where !empty.contains(report.table) {
            table.add([report.table] + columns.map { String($0.count(report)) })
        }
        if empty.isEmpty { return table.text(indent: 4) }
        let note = "    empty: " + empty.joined(separator: ", ").wrapped(indent: 11)
        return empty.count == reports.count ? note : table.text(indent: 4) + "\n" + note
    }
}

extension Duration {
    /// The duration in seconds with two decimals.
    var seconds: String {
        let hundredths = (components.seconds * 100) + components.attoseconds / 10_000_000_000_000_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
