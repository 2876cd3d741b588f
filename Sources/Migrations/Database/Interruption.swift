import Synchronization

/// A request to stop working: connections look at it before each statement and while one runs.
///
/// The running statement is cancelled and the transaction around it rolled back. What puts things back as they were is
/// still done.
public final class Interruption: Sendable {
    private let requested = Atomic(false)

    /// Creates an interruption that nobody requested yet.
    public init() {}

    /// Whether the work has to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Asks for it, from any thread. It is one atomic store, so a signal handler may do it.
    public func request() {
        requested.store(true, ordering: .relaxed)
    }
}

extension Driver {
    /// Whether the work on this connection has to stop.
    public var isInterrupted: Bool { interruption?.isRequested ?? false }

    /// Stops here when the work has to stop.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/interrupted``.
    public func checkInterruption() throws {
        if isInterrupted { throw DatabaseError(.interrupted, "interrupted") }
    }

    /// Runs what has to be done even when the work is interrupted: rolling back, and restoring settings.
    public func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
        let suspended = interruption
        interruption = nil
        defer { interruption = suspended }
        return try body()
    }
}
