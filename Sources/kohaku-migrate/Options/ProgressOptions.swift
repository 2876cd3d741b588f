import ArgumentParser
import Migrations

/// Whether and how a verb that may take long shows what it is at.
struct ProgressOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("How to show progress, on standard error.", valueName: "how"))
    var progress = ProgressChoice.auto

    /// What a connection tells its progress; `nil` when nobody wants to see it.
    func observer() -> ActivityObserver? {
        guard progress != .none else { return nil }
        return ActivityObserver(ProgressDisplay(progress).show)
    }
}
