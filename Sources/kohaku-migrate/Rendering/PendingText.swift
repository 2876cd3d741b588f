import Migrations

/// Which migrations are pending: `Version 007 → 015: 8 migrations pending`.
struct PendingText {
    let text: String

    init(from version: Int, to last: Int, count: Int) {
        text =
            "Version \(version.paddedToThree) → \(max(version, last).paddedToThree): "
            + "\(count.counted("migration")) pending"
    }

    /// `nil` when a plan has no steps.
    init?(_ plan: Migrations.Plan) {
        guard let last = plan.steps.last?.migration.number else { return nil }
        self.init(from: plan.assessment.version, to: last, count: plan.steps.count)
    }
}
