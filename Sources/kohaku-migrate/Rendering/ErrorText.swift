import Migrations

/// An error as a person reads it: what, where, and what to do next.
struct ErrorText {
    private let error: MigrationError

    init(_ error: MigrationError) {
        self.error = error
    }

    var text: String {
        var paragraphs = [error.message]
        if let underlying = error.underlying as? DatabaseError, underlying.description == error.message {
            paragraphs = underlying.paragraphs
        }
        var lines = paragraphs.enumerated().map { ($0 == 0 ? "error: \(error.place)\($1)" : $1).wrapped() }
        for finding in error.findings {
            lines.append(FindingText(finding, label: "- ").text)
        }
        for difference in error.differences.prefix(10) { lines.append("  - " + "\(difference)".wrapped(indent: 4)) }
        if error.differences.count > 10 { lines.append("  … and \(error.differences.count - 10) more") }
        lines += error.applied.map { $0.wrapped() }
        if let nextStep = error.nextStep { lines.append(nextStep.wrapped()) }
        lines += error.commands.map(\.escaped)
        if let backup = error.backup { lines.append(backup.wayBack) }
        return lines.joined(separator: "\n")
    }
}

extension Backup {
    /// How to go back to it, its last line the command, which is in one line to be copied.
    var wayBack: String {
        "To go back to this backup, stop the hub and run\(password):".wrapped() + "\n"
            + (restoring ?? "kohaku-migrate restore \(path.quotedForShell)")
    }

    private var password: String { isPasswordLeftOut ? ", with the password in PGPASSWORD or ~/.pgpass" : "" }
}
