import Migrations

/// What a database is and what to do next: the last words of `status` and the first of `verify`.
struct DiagnosisText {
    let text: String

    init(_ diagnosis: Diagnosis, newest: Int) {
        let newest = newest.paddedToThree
        text =
            switch diagnosis {
            case .fresh:
                "Fresh: there are no tables yet. To create them: kohaku-migrate run"
            case .foreign(let tables):
                "Not a hub's database: no table \"user\", but \(tables.joined(separator: ", "))"
            case .older(let plan, let without):
                "Version \(plan.version.paddedToThree)"
                    + (without.isEmpty
                        ? ""
                        : ", but without all of " + without.map { $0.number.paddedToThree }.joined(separator: ", "))
                    + "; pending: \(plan.pending.count). To go on to \(newest): kohaku-migrate run"
            case .halfDone(let remains):
                "Mixed: an older upgrade began \(remains.work) and stopped: \(remains.description). "
                    + "To see the way out: kohaku-migrate plan --repair"
            case .exact(let hasExtras):
                hasExtras
                    ? "Exactly version \(newest), with extras that are not the hub's."
                    : "Exactly version \(newest)."
            case .differing(let differences):
                "Version \(newest), but not in every part (differences: \(differences.count), harmful: "
                    + "\(differences.count { !$0.isHarmless })). To mend it: kohaku-migrate "
                    + (diagnosis.isPending ? "run" : "repair")
            case .newer:
                "Newer than version \(newest), the newest that this tool knows, or changed by hand. Update the tool."
            }
    }
}
