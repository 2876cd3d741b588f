import ArgumentParser
import FoundationEssentials
import Migrations

/// How progress is shown.
enum ProgressChoice: String, Choice {
    case auto, plain, json, none

    /// What a connection tells its progress; `nil` when nobody wants to see it.
    func observer() -> ActivityObserver? {
        guard self != .none else { return nil }
        return ActivityObserver(ProgressDisplay(self).show)
    }
}

/// Shows what a long command is at, on standard error: standard output is for the result.
final class ProgressDisplay {
    private let choice: ProgressChoice
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    /// What was begun last, and when.
    private var step: Activity?
    private var stepStart: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant

    init(_ choice: ProgressChoice) {
        self.choice = choice == .auto && !Terminal.canRedraw ? .plain : choice
        start = clock.now
        (stepStart, lastShown) = (start, start)
    }

    func show(_ activity: Activity) {
        let now = clock.now
        let begins = step?.isSameStep(as: activity) != true
        if begins { (step, stepStart) = (activity, now) }
        switch choice {
        case .none: return
        case .auto:
            // Most commands have ended by then, and a line that only flickers is of no use.
            guard now - start >= .seconds(1), now - lastShown >= .milliseconds(100), Terminal.isForeground else {
                return
            }
            // In the last column some terminals begin a new line.
            StandardStreams.drawStatus(text(activity, at: now).line(width: Terminal.widthOfErrors - 1))
        case .plain:
            guard now - lastShown >= .seconds(10) else { return }
            printError(text(activity, at: now).line(width: Terminal.widthOfErrors))
        case .json:
            guard begins || now - lastShown >= .seconds(1),
                let line = try? jsonText(ProgressDocument(activity, elapsed: now - start), [.sortedKeys])
            else { return }
            StandardStreams.writeErrors(line + "\n")
        }
        lastShown = now
    }

    private func text(_ activity: Activity, at now: ContinuousClock.Instant) -> ProgressText {
        ProgressText(activity: activity, elapsed: now - stepStart)
    }
}

extension Activity {
    fileprivate func isSameStep(as other: Activity) -> Bool {
        (change, table, phase) == (other.change, other.table, other.phase)
    }
}

/// One line of `--progress json`.
struct ProgressDocument: Encodable {
    var event = "progress"
    var change: String
    var table: String?
    var phase: String
    /// Which index is built, and of how many.
    var index: Int?
    var indexes: Int?
    var done: Int64?
    var total: Int64?
    var unit: String?
    /// Since the command began.
    var seconds: Double

    init(_ activity: Activity, elapsed: Duration) {
        change = activity.change
        table = activity.table
        switch activity.phase {
        case .waiting: phase = "waiting"
        case .checking: phase = "checking"
        case .copying: phase = "copying"
        case .indexing(let number, let count): (phase, index, indexes) = ("indexing", number, count)
        case .proving: phase = "proving"
        }
        (done, total) = (activity.done, activity.total)
        unit = activity.total == nil ? nil : activity.unit.rawValue
        seconds = elapsed / .seconds(1)
    }
}
