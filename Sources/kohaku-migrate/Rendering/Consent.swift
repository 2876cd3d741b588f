import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Asks the operator before a change that can only be undone by restoring a backup.
struct Consent {
    /// Whether `--yes` or the settings gave it beforehand.
    var isGiven: Bool
    var database: DatabaseURL

    /// Asks at the terminal. Without one the answer is no at once: a prompt that nobody sees would hang a container.
    /// - Parameter plan: The plan that the change belongs to.
    func ask(_ subject: String, _ question: String, plan: Migrations.Plan?) -> Bool {
        let extent = plan.map { $0.rows.isEmpty ? "" : " (\($0.extent))" } ?? ""
        return isGiven
            || Self.confirms("\(subject) needs your consent: \(question)", "Database: \(database)\(extent)")
    }

    /// Asks one question, in paragraphs.
    static func confirms(_ paragraphs: String...) -> Bool {
        guard Terminal.isInteractive else { return false }
        for paragraph in paragraphs { printError(paragraph.wrapped()) }
        StandardStreams.writeErrors("Type 'yes' to continue: ")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
