import Migrations

/// An error as a person reads it: what, where, and what to do next.
struct ErrorText {
    private let error: MigrationError

    init(_ error: MigrationError) {
        self.error = error
    }

    var text: String {
        // libpq indents its second line by a tab.
        let message = error.message.replacing("\t", with: "  ")
        // Some messages begin with the migration's name, and once is enough.
        let place = error.migration.flatMap { message.contains($0) ? nil : "in \($0): " } ?? ""
        var lines = ["error: \(place)\(message)".wrapped()]
        for finding in error.findings {
            lines.append(FindingText(finding, label: "- ").text)
        }
        for difference in error.differences.prefix(10) { lines.append("  - " + "\(difference)".wrapped(indent: 4)) }
        if error.differences.count > 10 { lines.append("  … and \(error.differences.count - 10) more") }
        if !error.committed.isEmpty {
            lines.append("Done before it, and kept: \(error.committed.joined(separator: ", "))".wrapped())
        }
        if let nextStep = error.nextStep { lines.append(nextStep.wrapped()) }
        return lines.joined(separator: "\n")
    }
}
