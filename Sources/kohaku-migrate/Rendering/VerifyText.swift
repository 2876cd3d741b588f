import KohakuHubMigrations
import Migrations

/// The output of `verify`.
struct VerifyText {
    let text: String

    init(_ verification: Verification, newest: Int, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        switch verification.diagnosis {
        case .fresh, .foreign, .older, .halfDone:
            lines += verification.damage.map { $0.message.wrapped(indent: 4) }
            if lines.count > 2 { lines.append("") }
        case .exact, .differing, .newer:
            lines += verification.differences.map {
                "\($0.isHarmless ? "harmless" : "harmful"): \($0)".wrapped(indent: 4)
            }
            lines += verification.violations.map { $0.wrapped(indent: 4) }
            lines += verification.mentioned.map { "ignored: \($0)".wrapped(indent: 4) }
            if lines.count > 2 { lines.append("") }
        }
        lines.append(DiagnosisText(verification.diagnosis, newest: newest).text.wrapped())
        if let action = verification.damage.first?.action {
            lines.append(action.wrapped())
        } else if case .exact = verification.diagnosis {
            lines.append(
                verification.violations.isEmpty
                    ? "Every reference and every index is consistent."
                    : "However, its data is inconsistent. Fix it: kohaku-migrate repair".wrapped())
        }
        text = lines.joined(separator: "\n")
    }
}
