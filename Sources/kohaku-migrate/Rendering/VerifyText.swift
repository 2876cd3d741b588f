import KohakuHubMigrations
import Migrations

/// The output of `verify`.
struct VerifyText {
    let text: String

    init(_ verification: Verification, database: DatabaseURL) {
        var lines = ["\(database)", ""]
        switch verification.inspection.state {
        case .fresh:
            lines.append("Fresh: there are no tables yet. To create them: kohaku-migrate run")
        case .foreign(let tables):
            lines.append("Not a hub's database: no table \"user\", but \(tables.joined(separator: ", "))".wrapped())
        case .known(let plan) where !plan.pending.isEmpty:
            let next = plan.pending.map { $0.number.paddedToThree }.joined(separator: ", ")
            lines.append("At \(plan.version.paddedToThree), pending: \(next). To run: kohaku-migrate run".wrapped())
        case .known:
            lines += verification.differences.map { "differs: \($0)".wrapped(indent: 4) }
            lines += verification.violations.map { "broken reference: \($0)".wrapped(indent: 4) }
            lines.append(
                verification.isExact
                    ? "Exact: the schema is the current one, and every reference is sound."
                    : "The schema is not the current one.")
            lines += verification.mentioned.map { "left alone: \($0)".wrapped(indent: 4) }
        }
        text = lines.joined(separator: "\n")
    }
}
