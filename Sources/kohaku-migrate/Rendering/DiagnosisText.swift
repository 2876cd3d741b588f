import Migrations

/// What a database is and what to do next: the last words of `status` and the first of `verify`.
struct DiagnosisText {
    let text: String

    init(_ diagnosis: Diagnosis, newest: Int) {
        let newest = newest.paddedToThree
        text =
            switch diagnosis {
            case .fresh:
                "Fresh: there are no tables yet. Create them: kohaku-migrate run"
            case .foreign(let tables):
                "Not a KohakuHub database: no table \"user\", but \(tables.joined(separator: ", "))"
            case .older(let plan, let without):
                "Version \(plan.version.paddedToThree) → \(newest): \(plan.pending.count.counted("migration")) pending"
                    + (without.isEmpty
                        ? ""
                        : ", and \(without.map { $0.number.paddedToThree }.joined(separator: ", ")) incomplete")
                    + ". Apply: kohaku-migrate run"
            case .halfDone(let remains):
                "Mixed: an older upgrade began \(remains.work) and stopped: \(remains.description). "
                    + "Preview the repair: kohaku-migrate plan --repair"
            case .exact(let hasExtras):
                hasExtras
                    ? "Up to date: the schema is version \(newest), with additions that are not the hub's."
                    : "Up to date: the schema is exactly version \(newest)."
            case .differing(let differences):
                "Version \(newest), with \(differences.count.counted("difference")) "
                    + "(\(differences.count { !$0.isHarmless }) harmful). Fix: kohaku-migrate "
                    + (diagnosis.isPending ? "run" : "repair")
            case .newer:
                "Newer than version \(newest), the newest that this tool knows, or changed by hand. Update kohaku-migrate."
            }
    }
}
