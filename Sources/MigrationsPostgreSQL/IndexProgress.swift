import CLibPQ
import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads from a second session how far the server is with the index that the first one builds.
///
/// It never waits, and its failures are nobody's concern: there may be no connection left for it.
final class IndexProgress {
    /// How much is done, and of how much.
    typealias Extent = (done: Int64, total: Int64, unit: Activity.Unit)

    private enum State {
        case connecting(PostgresPollingStatusType)
        case idle, asked, failed
    }

    private let libpq: LibPQ
    private let handle: OpaquePointer?
    private let query: String
    private var state: State
    private var last: Extent?

    /// Begins to connect.
    /// - Parameter process: That of the first session.
    init(of process: Int32, parameters: [String: String], libpq: LibPQ) {
        self.libpq = libpq
        query = """
            SELECT CASE WHEN tuples_total > 0 THEN 'rows' ELSE 'bytes' END,
                CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done * current_setting('block_size')::bigint END,
                CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total * current_setting('block_size')::bigint END
            FROM pg_stat_progress_create_index WHERE pid = \(process)
            """
        handle = PostgresConnection.withKeywords(parameters) { libpq.PQconnectStartParams($0, $1, 0) }
        state = libpq.PQstatus(handle) == CONNECTION_BAD ? .failed : .connecting(PGRES_POLLING_WRITING)
    }

    deinit { libpq.PQfinish(handle) }

    /// What the server said last. It is asked again as soon as it has answered.
    func look() -> Extent? {
        switch state {
        case .connecting(let waitsFor):
            let event = waitsFor == PGRES_POLLING_READING ? POLLIN : POLLOUT
            var socket = pollfd(fd: libpq.PQsocket(handle), events: Int16(event), revents: 0)
            guard poll(&socket, 1, 0) > 0 else { return nil }
            switch libpq.PQconnectPoll(handle) {
            case PGRES_POLLING_OK: state = .idle
            case PGRES_POLLING_FAILED: state = .failed
            case let next: state = .connecting(next)
            }
        case .idle:
            state = libpq.PQsendQuery(handle, query) == 1 ? .asked : .failed
        case .asked:
            guard libpq.PQconsumeInput(handle) == 1 else {
                state = .failed
                return nil
            }
            guard libpq.PQisBusy(handle) == 0 else { break }
            if let result = libpq.PQgetResult(handle) {
                last = extent(of: result)
                libpq.PQclear(result)
            } else {
                state = .idle
            }
        case .failed: return nil
        }
        return last
    }

    private func extent(of result: OpaquePointer) -> Extent? {
        guard libpq.PQresultStatus(result) == PGRES_TUPLES_OK, libpq.PQntuples(result) == 1 else { return nil }
        let values = (0..<3).map { libpq.PQgetvalue(result, 0, $0).map { String(cString: $0) } ?? "" }
        guard let unit = Activity.Unit(rawValue: values[0]), let done = Int64(values[1]), let total = Int64(values[2]),
            total > 0
        else { return nil }
        return (done, total, unit)
    }
}

extension PostgresConnection {
    /// Tells the observer that a statement goes on.
    /// - Parameter waits: How often nothing has come from the server within a twentieth of a second.
    func goOn(afterWaits waits: Int) {
        guard let observer else { return }
        guard case .indexing = observer.activity.phase, observer.isDetailed, waits >= 20 else {
            indexProgress = nil
            return observer.goOn()
        }
        let progress =
            indexProgress ?? IndexProgress(of: libpq.PQbackendPID(handle), parameters: parameters, libpq: libpq)
        indexProgress = progress
        if let extent = progress.look() {
            observer.advance(to: extent.done, of: extent.total, extent.unit)
        } else {
            observer.goOn()
        }
    }
}
