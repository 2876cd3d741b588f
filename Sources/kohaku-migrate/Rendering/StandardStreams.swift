import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output and standard error: all output of the command goes through here.
///
/// A failed write does not stop the work, as a migration is worth more than its report. It is remembered, and ends the
/// command with a status that is not 0.
enum StandardStreams {
    /// The number of the first error of a write to standard output, 0 before.
    static var failure: Int32 { firstFailure.load(ordering: .relaxed) }

    /// Whether standard output was closed when the command started: no output is wanted.
    static var outputWasClosed: Bool { wasClosed.load(ordering: .relaxed) }

    private static let firstFailure = Atomic<Int32>(0)
    private static let wasClosed = Atomic(false)

    /// Occupies the descriptors of streams that the caller closed: the socket or file that is opened next would get one
    /// of them, and receive text. Opened in the opposite direction, they fail reads and writes like closed ones; what
    /// ``StartCommand`` becomes finds them closed.
    static func reserveClosedStreams() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // This one is now the lowest free descriptor.
            _ = open("/dev/null", (descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC)
            if descriptor == STDOUT_FILENO { wasClosed.store(true, ordering: .relaxed) }
        }
    }

    /// Writes to standard output without escaping. After a failure nothing more is written.
    static func writeOutput(_ text: String) {
        guard failure == 0 else { return }
        eraseStatus()
        firstFailure.store(write(text, to: STDOUT_FILENO), ordering: .relaxed)
    }

    /// Writes to standard error without escaping. A failure could not be reported.
    static func writeErrors(_ text: String) {
        eraseStatus()
        _ = write(text, to: STDERR_FILENO)
    }

    /// Draws a line on the terminal in the place of the one before. It is gone before anything else is written.
    static func drawStatus(_ line: String) {
        let isNew = status.withLock { status in
            defer { status = line }
            return status != line
        }
        if isNew { _ = write("\r\(line)\u{1b}[K", to: STDERR_FILENO) }
    }

    /// Takes that line away.
    static func eraseStatus() {
        let wasDrawn = status.withLock { status in
            defer { status = "" }
            return !status.isEmpty
        }
        if wasDrawn { _ = write("\r\u{1b}[K", to: STDERR_FILENO) }
    }

    private static let status = Mutex("")

    /// - Returns: The number of the error, 0 when everything was written.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                #if canImport(Glibc)
                    let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #elseif canImport(Musl)
                    let count = Musl.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #else
                    let count = Darwin.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #endif
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // The other end has made it non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}

/// Prints lines to standard output. It replaces Swift's own, so that nothing is printed without escaping, and no
/// failure goes unnoticed.
func print(_ text: String) {
    let lines = text.escapedLines + "\n"
    StandardStreams.writeOutput(Terminal.colorsOutput ? lines.withColoredSeverities : lines)
}

/// Prints a script to standard output: as it is where it can be run, and escaped at a terminal, where it is read.
func printScript(_ text: String) {
    if Terminal.isOutput { print(text) } else { StandardStreams.writeOutput(text + "\n") }
}

/// Prints lines to standard error.
func printError(_ text: String) {
    let lines = text.escapedLines + "\n"
    StandardStreams.writeErrors(Terminal.colorsErrors ? lines.withColoredSeverities : lines)
}
