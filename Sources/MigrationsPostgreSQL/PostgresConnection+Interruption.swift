import CLibPQ
import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension PostgresConnection {
    /// Waits for the next result, and makes the server cancel the statement once the work is interrupted.
    func nextResult() -> OpaquePointer? {
        var isCancelled = false
        var waits = 0
        while libpq.PQisBusy(handle) == 1 {
            if isInterrupted, !isCancelled {
                cancel()
                isCancelled = true
            }
            // The signal that interrupts may be handled by another thread, which does not wake this one.
            var socket = pollfd(fd: libpq.PQsocket(handle), events: Int16(POLLIN), revents: 0)
            if poll(&socket, 1, interruption == nil && observer == nil ? -1 : 50) == 0 { waits += 1 }
            goOn(afterWaits: waits)
            reportWork()
            guard libpq.PQconsumeInput(handle) == 1 else {
                // Kept because libpq adds to it with each further call.
                lossMessage = libpq.errorMessage(of: handle)
                break
            }
        }
        return libpq.PQgetResult(handle)
    }

    private func cancel() {
        guard let request = libpq.PQgetCancel(handle) else { return }
        defer { libpq.PQfreeCancel(request) }
        // If that fails, all that is left is to wait for the statement's end.
        var message: [CChar] = Array(repeating: 0, count: 256)
        _ = libpq.PQcancel(request, &message, Int32(message.count))
    }
}
