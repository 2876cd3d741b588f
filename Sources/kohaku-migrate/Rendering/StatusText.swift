import KohakuHubMigrations
import Migrations

/// The output of `status`.
struct StatusText {
    let text: String

    init(_ assessment: Assessment, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        if !assessment.statuses.isEmpty {
            var table = TextTable([("no.", .left), ("migration", .left), ("status", .left), ("reason", .left)])
            // All implied ones are implied by the newest applied one, which shows its own reason.
            let implication = "by \(assessment.version.paddedToThree)"
            for status in assessment.statuses {
                table.add([
                    status.migration.number.paddedToThree, status.migration.name, status.verdict.rawValue,
                    status.verdict == .implied ? implication : status.reason,
                ])
            }
            lines += [table.text(indent: 0), ""]
            lines += assessment.statuses.warnings.map { "warning: \($0)".wrapped() }
        }
        lines.append(AssessmentText(assessment).text.wrapped())
        text = lines.joined(separator: "\n")
    }
}
