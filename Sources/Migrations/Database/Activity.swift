/// What the work on a connection is at.
public struct Activity: Sendable, Hashable {
    /// What is done with a table, or with the whole database.
    public enum Phase: Sendable, Hashable {
        /// Waiting for the locks of a transaction.
        case waiting
        /// Looking at the rows, and deciding what happens to them.
        case checking
        /// Writing rows, or a whole database, to another place.
        case copying
        /// Building one of several indexes.
        case indexing(Int, of: Int)
        /// Comparing the result with what was there before, and looking up every reference.
        case proving
    }

    /// What is counted.
    public enum Unit: String, Sendable {
        case rows, bytes
    }

    /// The change that the work belongs to: `008 foreignkey_refactoring`.
    public var change = ""
    /// The table, when it is one.
    public var table: String?
    /// What is done.
    public var phase = Phase.checking
    /// How much of it is done, as far as the database tells.
    public var done: Int64?
    /// How much there is to do, where it is known.
    public var total: Int64?
    /// What both count.
    public var unit = Unit.rows

    /// Creates the description of work that has not begun.
    public init() {}
}

/// Follows the work on a connection: see ``Driver/observer``.
public final class ActivityObserver {
    /// What is being done.
    public private(set) var activity = Activity()
    /// Is called when the work has advanced: it has not merely gone on waiting.
    var onProgress: (() -> Void)?
    private let observe: ((Activity) -> Void)?
    private var lastCall = ContinuousClock.now

    /// - Parameter observe: Is called when something else begins, and about ten times a second while it goes on. It must not
    ///   use the connection.
    public init(_ observe: ((Activity) -> Void)? = nil) {
        self.observe = observe
    }

    /// Whether anybody is told what is being done, and not only that it advances.
    package var isDetailed: Bool { observe != nil }

    /// Says what begins.
    /// - Parameters:
    ///   - table: The table, when it is one.
    ///   - total: How much there is to do, when it is known.
    ///   - change: The change that the work belongs to, when that is another.
    package func begin(
        _ phase: Activity.Phase, of table: String? = nil, total: Int64? = nil, unit: Activity.Unit = .rows,
        in change: String? = nil
    ) {
        activity.change = change ?? activity.change
        activity.phase = phase
        activity.table = table
        activity.total = total
        activity.unit = unit
        activity.done = nil
        call()
    }

    /// Counts one more, where it is known of how many. It is called for each row, and calls nobody.
    package func count() {
        if activity.total != nil { activity.done = (activity.done ?? 0) + 1 }
    }

    /// Says how much is done, where it is not counted one by one.
    package func advance(to done: Int64, of total: Int64, _ unit: Activity.Unit) {
        (activity.done, activity.total, activity.unit) = (done, total, unit)
        advance()
    }

    /// Says that the work has advanced.
    package func advance() {
        onProgress?()
        goOn()
    }

    /// Says that the work goes on, or waits.
    package func goOn() {
        if ContinuousClock.now - lastCall > .milliseconds(100) { call() }
    }

    private func call() {
        observe?(activity)
        lastCall = .now
    }
}

extension Driver {
    /// Tells the observer what begins: see ``ActivityObserver/begin(_:of:total:unit:in:)``.
    package func begin(
        _ phase: Activity.Phase, of table: String? = nil, total: Int64? = nil, unit: Activity.Unit = .rows,
        in change: String? = nil
    ) {
        observer?.begin(phase, of: table, total: total, unit: unit, in: change)
    }
}
