import KohakuHubMigrations
import Migrations

/// What a database is and what to do next: the end of `status` and the beginning of `verify`.
struct AssessmentText {
    let text: String

    init(_ assessment: Assessment) {
        let newest = Catalogue.kohakuHub.newest.paddedToThree
        let pending = PendingText(
            from: assessment.version, to: Catalogue.kohakuHub.newest, count: assessment.statuses.pending.count)
        let drift = assessment.managedDrift
        text =
            switch assessment.state {
            case .fresh:
                "Fresh: there are no tables yet. Create them: kohaku-migrate run"
            case .foreign(let lacking):
                "Not a KohakuHub database: it has \(lacking)."
            case .unsupported(let lacking):
                "Older than version 000, the oldest that this tool upgrades: \(lacking)."
            case .older(let without):
                pending.text
                    + (without.isEmpty
                        ? ""
                        : ", and \(without.map { $0.number.paddedToThree }.joined(separator: ", ")) incomplete")
                    + ". Apply: kohaku-migrate run"
            case .partial(let work, let found):
                "Mixed: an older upgrade began \(work) and stopped: \(found). "
                    + "Preview the repair: kohaku-migrate plan --repair"
            case .current where drift.isEmpty:
                assessment.drift.isEmpty
                    ? "Up to date: the schema is exactly version \(newest)."
                    : "Up to date: the schema is version \(newest), with unmanaged additions."
            case .current:
                "Version \(newest), with \(drift.count.counted("difference")) "
                    + "(\(drift.count { !$0.isHarmless }) harmful). Fix: kohaku-migrate "
                    + (assessment.isPending ? "run" : "repair")
            case .newer:
                "Newer than version \(newest), the newest that this tool knows, or changed by hand. Update kohaku-migrate."
            }
    }
}
