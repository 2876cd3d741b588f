import KohakuHubMigrations
import Migrations

/// What a rehearsal did, and what it took.
struct Rehearsal {
    var database: DatabaseURL
    var report: RunReport
    var findings: [Finding]
    /// How long the copy took.
    var copying: Duration
    /// The bytes of the copy, before the run.
    var size: Int64
    /// The most bytes that it took, with its journals.
    var peak: Int64
    /// How many rows the database has.
    var rows: Int64 = 0
    /// Whether the database has the rows that it had before.
    var isUntouched = false
}

/// The end of the output of `rehearse`.
struct RehearsalText {
    let text: String

    /// - Parameter command: The command that does it to the database itself.
    init(_ rehearsal: Rehearsal, command: String) {
        let report = rehearsal.report
        let version = report.version.paddedToThree
        var lines: [String] = []
        if report.isUnchanged {
            lines.append("Nothing to do: the database is at version \(version).")
        } else {
            var table = TextTable([("", .left), ("time", .right), ("room", .right)])
            table.add(["copy", rehearsal.copying.seconds, rehearsal.size.megabytes])
            table.add(["run", report.duration.seconds, rehearsal.peak.megabytes])
            lines += ["", "Rehearsed: the copy reached version \(version).", table.text()]
            if report.quarantined > 0 {
                lines.append("\(report.quarantined.counted("row")) in its quarantine, each kept whole with its reason.")
            }
        }
        let state =
            rehearsal.isUntouched
            ? "still has its \(rehearsal.rows.counted("row"))"
            : "has other rows than before, as somebody else wrote it meanwhile"
        lines.append("\(rehearsal.database) \(state). The copy is removed.".wrapped())
        if !report.isUnchanged { lines.append("Apply it: \(command)") }
        text = lines.joined(separator: "\n")
    }
}

/// The document of `rehearse`.
struct RehearsalDocument: Encodable {
    struct Copy: Encodable {
        var bytes: Int64
        var peakBytes: Int64
        var seconds: Double
    }

    var status = "rehearsed"
    var database: String
    var copy: Copy
    var rows: Int64
    var untouched: Bool
    var run: RunDocument

    init(_ rehearsal: Rehearsal) {
        database = "\(rehearsal.database)"
        copy = Copy(bytes: rehearsal.size, peakBytes: rehearsal.peak, seconds: rehearsal.copying / .seconds(1))
        rows = rehearsal.rows
        untouched = rehearsal.isUntouched
        run = RunDocument(rehearsal.report, findings: rehearsal.findings, database: rehearsal.database)
        run.status = status
    }
}
