import KohakuHubMigrations
import Migrations

/// The output of `status`.
struct StatusText {
    let text: String

    init(_ inspection: Inspection, _ diagnosis: Diagnosis, newest: Int, database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        if case .known(let plan) = inspection.state {
            var table = TextTable([("no.", .left), ("migration", .left), ("status", .left), ("reason", .left)])
            for entry in plan.entries {
                table.add([
                    entry.migration.number.paddedToThree, entry.migration.name, entry.verdict.rawValue, entry.evidence,
                ])
            }
            lines += [table.text(indent: 0), ""]
            lines += plan.warnings.map { "warning: \($0)".wrapped() }
        }
        lines.append(DiagnosisText(diagnosis, newest: newest).text.wrapped())
        text = lines.joined(separator: "\n")
    }
}
