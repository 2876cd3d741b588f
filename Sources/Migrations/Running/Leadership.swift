/// A database on which one process at a time can lead: it makes all changes of a run, and the others wait for its end. Ask a
/// connection for it with `as?`.
///
/// It keeps processes out of each other's way. The rows are safe without it, by the locks of each transaction.
public protocol LeaderElection: Driver {
    /// The process that leads now; `nil` when none does. Nothing stays locked by asking.
    func leader() throws -> Leader?

    /// Takes the lead until the leadership is released, or the process ends in whatever way.
    /// - Returns: `nil` when another process leads, or looks at this moment. Where there can be no lead, as in a folder that cannot be written, one
    ///   that has no effect.
    func lead() throws -> Leadership?
}

/// The process that leads.
public struct Leader: Sendable, Hashable {
    /// Who it is, for messages: `kohaku-migrate on host7, process 4711`.
    public var name: String
    /// A value that changes as it makes progress.
    public var sign: String

    /// Describes a process.
    public init(name: String, sign: String) {
        self.name = name
        self.sign = sign
    }
}

/// The lead of this process on a database.
public final class Leadership {
    private let show: (Int) -> Void
    private let end: () -> Void
    private var count = 0

    /// - Parameters:
    ///   - show: Makes a number visible to the processes that wait.
    ///   - end: Gives the lead away.
    public init(show: @escaping (Int) -> Void = { _ in }, end: @escaping () -> Void = {}) {
        self.show = show
        self.end = end
    }

    deinit { end() }

    /// Shows those who wait that work advances.
    public func showProgress() {
        count += 1
        show(count)
    }
}

/// Passes on that work advances, at most once a second.
final class Heartbeat {
    var leadership: Leadership?
    private let report: () -> Void
    private var next = ContinuousClock.now

    init(_ report: @escaping () -> Void) { self.report = report }

    func beat() {
        let now = ContinuousClock.now
        guard now >= next else { return }
        next = now + .seconds(1)
        leadership?.showProgress()
        report()
    }
}
