import Synchronization

/// A request to stop working: connections check it before each statement and while one runs.
///
/// The running statement is cancelled and the transaction around it rolled back. Cleanup is still done.
public final class Interruption: Sendable {
    private let requested = Atomic(false)

    /// Creates an interruption that has not been requested yet.
    public init() {}

    /// Whether the work has to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Requests it, from any thread. It is one atomic store, so a signal handler may call it.
    public func request() {
        requested.store(true, ordering: .relaxed)
    }
}

extension Driver {
    /// Whether the work on this connection has to stop.
    public var isInterrupted: Bool { interruption?.isRequested ?? false }

    /// Throws when the work has to stop.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/interrupted``.
    public func checkInterruption() throws {
        if isInterrupted { throw DatabaseError(.interrupted, "interrupted") }
    }

    /// Runs cleanup even when the work is interrupted: rolling back, and restoring settings.
    public func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
        let suspended = interruption
        interruption = nil
        defer { interruption = suspended }
        return try body()
    }
}
