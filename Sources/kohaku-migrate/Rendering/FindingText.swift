import Migrations

/// A finding of the data checks: what, the first few examples, and what to do.
struct FindingText {
    /// How many examples are shown.
    static let exampleLimit = 5

    let text: String

    /// - Parameter label: The prefix of the message, such as `warning: `.
    init(_ finding: Finding, label: String) {
        var lines = ["  " + (label + finding.message).wrapped(indent: 4)]
        let shown = finding.examples.prefix(Self.exampleLimit)
        let rest = finding.count - Int64(shown.count)
        if !shown.isEmpty {
            // Ids fit on one line; whole sentences get a line each.
            let isShort = shown.allSatisfy { $0.count < 20 }
            let more = rest > 0 ? ["… and \(rest) more"] : []
            let examples = isShort ? [(shown + more).joined(separator: ", ")] : shown + more
            lines += examples.map { "      " + $0.wrapped(indent: 6) }
        }
        // An action is this tool's own text, and may have one line per statement to execute.
        for line in (finding.action ?? "").split(separator: "\n") {
            lines.append("    " + String(line).wrapped(indent: 4))
        }
        text = lines.joined(separator: "\n")
    }
}
