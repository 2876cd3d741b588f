public import Logging
public import Migrations

extension HubConfiguration {
    /// Waits until the database takes connections, and settles how its setting is read: see
    /// ``open(for:lockTimeout:connectTimeout:logger:)``.
    /// - Parameters:
    ///   - limit: How long; with zero there is one attempt.
    ///   - interruption: Ends the wait.
    ///   - onReason: Called with why it does not take connections yet, the first time and whenever that changes.
    /// - Throws: ``Migrations/DatabaseError`` of the last attempt; at once where waiting does not help, as with a wrong
    ///   password.
    public mutating func waitForDatabase(
        atMost limit: Duration, interruption: Interruption? = nil, logger: Logger,
        onReason: (DatabaseError) -> Void = { _ in }
    ) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        var reason: String?
        var isAnswered = false
        while true {
            if interruption?.isRequested == true { throw DatabaseError(.interrupted, "interrupted") }
            // A server that drops packets must not make it much longer than the limit.
            let patience = min(.seconds(10), max(deadline - clock.now, .seconds(1)))
            do {
                _ = try open(for: .reading, lockTimeout: .zero, connectTimeout: patience, logger: logger)
                return
            } catch var error as DatabaseError {
                guard isAwaited(after: error, patience) else {
                    // The server may have come up after the attempt: what it answers now counts.
                    guard error.kind == .unreachable, !isAnswered else { throw error }
                    isAnswered = true
                    continue
                }
                isAnswered = false
                guard clock.now < deadline else {
                    error.details.append("Waited \(limit.components.seconds) s for it.")
                    throw error
                }
                if reason != error.message { onReason(error) }
                reason = error.message
                pause(milliseconds: 250)
            }
        }
    }

    /// By either reading of the setting a server that answers has the last word.
    private func isAwaited(after error: DatabaseError, _ patience: Duration) -> Bool {
        [database, alternative].allSatisfy { $0?.isAwaited(after: error, connectTimeout: patience) ?? true }
    }
}
