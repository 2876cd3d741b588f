import Migrations

/// What the work is at, in one line that fits a terminal.
struct ProgressText {
    let activity: Activity
    /// How long this part of it has taken so far.
    let elapsed: Duration

    /// The line, with as much as fits: the change and the rate are left out first, the table and what is done with it last.
    func line(width: Int) -> String {
        let forms = [
            [change, work, amount, rate, timeLeft], [change, work, amount, timeLeft], [work, amount, rate, timeLeft],
            [work, amount, timeLeft], [work, amount], [work, percentage], [work],
        ]
        for parts in forms {
            let line = parts.compactMap { $0 }.joined(separator: " · ")
            if line.width <= width { return line }
        }
        return work.prefix(max(0, width - 1)) + "…"
    }

    private var change: String? { activity.change.isEmpty ? nil : activity.change.escaped }

    private var work: String { (activity.table.map { "\($0.escaped): " } ?? "") + activity.phase.words }

    /// How much is done, or is to be done; for how long, where neither is known.
    private var amount: String? {
        guard let total = activity.total else { return elapsed < .seconds(1) ? nil : elapsed.wholeSeconds }
        guard let done = activity.done else { return quantity(total) }
        return activity.unit == .bytes
            ? "\(done.megabytes.dropLast(3)) of \(total.megabytes)" : "\(done) of \(total.counted("row"))"
    }

    private var percentage: String? {
        guard let done = activity.done, let total = activity.total, total > 0 else { return nil }
        return "\(Int(Double(min(done, total)) / Double(total) * 100)) %"
    }

    private var rate: String? { perSecond.map { "\(quantity(Int64($0)))/s" } }

    private var timeLeft: String? {
        guard let perSecond, let done = activity.done, let total = activity.total, total > done else { return nil }
        let seconds = Double(total - done) / perSecond
        // Nobody needs to read of years, which do not fit a duration either.
        return (1..<1_000_000).contains(seconds) ? "\(Duration.seconds(seconds).wholeSeconds) left" : nil
    }

    /// After a second; what came before it says little.
    private var perSecond: Double? {
        guard let done = activity.done, done > 0, elapsed >= .seconds(1) else { return nil }
        return Double(done) / (elapsed / .seconds(1))
    }

    private func quantity(_ count: Int64) -> String {
        activity.unit == .bytes ? count.megabytes : count.counted("row")
    }
}

extension Activity.Phase {
    /// What is done, for a person.
    var words: String {
        switch self {
        case .waiting: "waiting for locks"
        case .checking: "checking"
        case .copying: "copying"
        case .indexing(let number, let count): "indexing \(number) of \(count)"
        case .proving: "proving"
        }
    }
}

extension Duration {
    /// The duration without fractions: `2 s`, `1 min 20 s`, `2 h 3 min`.
    fileprivate var wholeSeconds: String {
        let seconds = components.seconds
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
