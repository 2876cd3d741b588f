import CSQLite
import Migrations

extension SQLiteConnection {
    /// Makes SQLite check the interruption while a statement runs and while it waits for a lock, and tell the observer that the
    /// statement goes on.
    func watchInterruption() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        // This many instructions of SQLite's virtual machine take about a millisecond.
        sqlite3_progress_handler(
            handle, 10_000,
            {
                guard let connection = connection($0) else { return 0 }
                connection.observer?.advance()
                return connection.isInterrupted ? 1 : 0
            }, context)
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let connection = connection(context) else { return 0 }
                return connection.waitForLock(attempt: count) ? 1 : 0
            }, context)
    }

    /// Makes SQLite count the rows that it inserts, for the observer.
    func countInsertedRows() {
        sqlite3_update_hook(
            handle,
            { context, operation, _, _, _ in
                if operation == SQLITE_INSERT { connection(context)?.observer?.count() }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Sleeps briefly, and returns whether to try for the lock again.
    private func waitForLock(attempt: Int32) -> Bool {
        let clock = ContinuousClock()
        if attempt == 0 { lockDeadline = clock.now + lockTimeout }
        guard !isInterrupted, clock.now < lockDeadline else { return false }
        sqlite3_sleep(min(50, attempt + 1))
        return true
    }
}

func connection(_ context: UnsafeMutableRawPointer?) -> SQLiteConnection? {
    context.map { Unmanaged<SQLiteConnection>.fromOpaque($0).takeUnretainedValue() }
}
