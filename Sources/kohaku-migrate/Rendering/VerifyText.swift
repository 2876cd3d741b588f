import KohakuHubMigrations
import Migrations

/// The output of `verify`.
struct VerifyText {
    let text: String

    init(_ assessment: Assessment, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        switch assessment.state {
        case .fresh, .foreign, .unsupported, .older, .partial:
            lines += assessment.damage.map { $0.message.wrapped(indent: 4) }
            if lines.count > 2 { lines.append("") }
        case .current, .newer:
            lines += assessment.managedDrift.map {
                "\($0.isHarmless ? "harmless" : "harmful"): \($0)".wrapped(indent: 4)
            }
            lines += assessment.violations.map { $0.wrapped(indent: 4) }
            lines += assessment.drift.filter { $0.disposition == .unmanaged }
                .map { "ignored: \($0.description(.kohakuHub))".wrapped(indent: 4) }
            if lines.count > 2 { lines.append("") }
        }
        lines.append(AssessmentText(assessment).text.wrapped())
        if let action = assessment.damage.first?.action {
            lines.append(action.wrapped())
        } else if case .current = assessment.state, assessment.managedDrift.isEmpty {
            lines.append(
                assessment.violations.isEmpty
                    ? "Every reference and every index is consistent."
                    : "However, its data is inconsistent. Fix it: kohaku-migrate repair".wrapped())
        }
        text = lines.joined(separator: "\n")
    }
}
