import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Asks the operator before a change that can only be undone by restoring a backup.
struct Consent {
    /// Whether `--yes` or the settings gave it beforehand.
    var isGiven: Bool
    var database: DatabaseURL

    /// Asks at the terminal. Without one the answer is no at once: a prompt that nobody sees would hang a container.
    /// - Parameters:
    ///   - plan: The plan that the change belongs to.
    ///   - nextBackup: Where the backup goes that is made first; `nil` when none is.
    func ask(
        _ subject: String, _ question: String, plan: Migrations.Plan?, nextBackup: () throws -> Backup?
    ) throws -> Bool {
        guard !isGiven else { return true }
        guard Terminal.isInteractive else { return false }
        let extent = plan.map { $0.rows.isEmpty ? "" : " (\($0.extent))" } ?? ""
        let backup = try nextBackup().map {
            "A backup is made first: \($0.path) (up to \($0.size.megabytes))"
        }
        return Self.confirms(
            "\(subject) needs your consent: \(question)", "Database: \(database)\(extent)",
            backup ?? "No backup is made.", "To try it on a copy first: kohaku-migrate rehearse")
    }

    /// Asks one question, in paragraphs.
    static func confirms(_ paragraphs: String...) -> Bool {
        guard Terminal.isInteractive else { return false }
        for paragraph in paragraphs { printError(paragraph.wrapped()) }
        StandardStreams.writeErrors("Type 'yes' to continue: ")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
