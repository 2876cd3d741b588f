import KohakuHubMigrations
import Migrations

/// The output of `status`.
struct StatusText {
    let text: String

    init(_ inspection: Inspection, database: DatabaseURL) {
        var lines = ["\(database)", ""]
        switch inspection.state {
        case .fresh:
            lines.append("Fresh: there are no tables yet. To create them: kohaku-migrate run")
        case .foreign(let tables):
            lines.append("Not a hub's database: no table \"user\", but \(tables.joined(separator: ", "))".wrapped())
        case .known(let plan):
            var table = TextTable([("no.", .left), ("migration", .left), ("verdict", .left), ("evidence", .left)])
            for entry in plan.entries {
                table.add([
                    entry.migration.number.paddedToThree, entry.migration.name, entry.verdict.rawValue, entry.evidence,
                ])
            }
            lines += [table.text(indent: 0), ""]
            lines += plan.warnings.map { "warning: \($0)".wrapped() }
            lines.append(
                plan.pending.isEmpty
                    ? "At \(plan.version.paddedToThree), nothing pending."
                    : "At \(plan.version.paddedToThree), pending: \(plan.pending.count). To run: kohaku-migrate run")
        }
        text = lines.joined(separator: "\n")
    }
}
