import Migrations

/// Prints what a run does while it does it.
final class RunRenderer {
    private let isQuiet: Bool
    private(set) var findings: [Finding] = []

    /// - Parameter isQuiet: Whether only the findings are gathered and nothing is printed.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func render(_ event: MigrationEvent) {
        if case .found(let finding, _) = event { findings.append(finding) }
        guard !isQuiet else { return }
        switch event {
        case .planned(let plan, let pending):
            guard !pending.isEmpty else { return }
            print("at \(plan.version.paddedToThree), pending: \(pending.count)\n")
        case .found(let finding, _):
            guard finding.severity != .error else { return }
            print(FindingText(finding, label: "\(finding.severity.rawValue): ").text + "\n")
        case .creating(let tables):
            print("  the database is fresh: creating \(tables) tables")
        case .started(let migration):
            print("  \(migration.title) …")
        case .finished(let report):
            if !report.tables.isEmpty { print(Self.table(report.tables)) }
            print("  \(report.migration.title): done in \(report.duration.seconds)")
        case .overtaken(let migration):
            // An earlier migration included its change, or another process was faster.
            print("  \(migration.title): already there")
        case .mended(let difference):
            print("  " + "mended: \(difference)".wrapped(indent: 4))
        case .restored(let violation):
            print("  " + "mended: \(violation)".wrapped(indent: 4))
        case .mentioned(let difference):
            let hint =
                difference.isOperatorsOwn ? "" : ". To put its rows into quarantine: kohaku-migrate repair"
            print("  " + "left alone: \(difference)\(hint)".wrapped(indent: 4))
        case .warning(let text):
            printError("warning: \(text)".wrapped())
        case .changing, .tableRewritten:
            break
        }
    }

    func summarize(_ report: RunReport) {
        let version = report.version.paddedToThree
        if report.isUnchanged {
            print("Nothing to do: the database is at \(version).")
        } else {
            print("\nDone: the database is at \(version) (\(report.duration.seconds)).")
        }
        if !report.isUnchanged, report.quarantined > 0 {
            print(
                """
                Quarantined rows: \(report.quarantined), kept whole in the table \(Quarantine.tableName), each with its reason.
                """.wrapped())
        }
    }

    /// The tables with rows. Those without are counted below, so that every table is accounted for.
    static func table(_ reports: [TableReport]) -> String {
        var table = TextTable([
            ("table", .left), ("in", .right), ("kept", .right), ("merged", .right), ("copied", .right),
            ("quarantined", .right), ("moved", .right), ("out", .right),
        ])
        let empty = reports.filter { $0.rowsIn == 0 && $0.rowsOut == 0 }.map(\.table)
        for report in reports where !empty.contains(report.table) {
            let counts = [
                report.rowsIn, report.kept, report.merged, report.copied, report.quarantined, report.moved,
                report.rowsOut,
            ]
            table.add([report.table] + counts.map(String.init))
        }
        if empty.isEmpty { return table.text(indent: 6) }
        let note = "      empty: " + empty.joined(separator: ", ").wrapped(indent: 13)
        return empty.count == reports.count ? note : table.text(indent: 6) + "\n" + note
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
