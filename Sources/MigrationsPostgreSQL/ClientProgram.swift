import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One of PostgreSQL's own programs, such as `pg_dump`.
struct ClientProgram {
    let name: String
    let path: String

    /// Finds a program by PATH.
    /// - Throws: ``Migrations/MigrationError`` that names the package which has it.
    init(_ name: String) throws {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let paths = folders.split(separator: ":").map { "\($0)/\(name)" }
        guard let path = paths.first(where: { access($0, X_OK) == 0 }) else {
            throw MigrationError(
                .consentRequired,
                "no backup can be made: \(name) is not installed. On Debian and Ubuntu it is in the package "
                    + "postgresql-client")
        }
        self.name = name
        self.path = path
    }

    /// Runs it to its end.
    /// - Parameters:
    ///   - environment: Variables beside those of this process. Other users see arguments, but not these.
    ///   - output: A file that it writes into.
    ///   - observer: Is told while it writes.
    ///   - onLine: Receives each line that it writes, without its end, where there is no file.
    /// - Throws: ``Migrations/DatabaseError`` with what it wrote to standard error.
    func run(
        _ arguments: [String], environment: [String: String] = [:], output: Int32? = nil,
        interruption: Interruption? = nil, observer: ActivityObserver? = nil,
        onLine: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws {
        let lines = try Pipe()
        let errors = try Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output ?? lines.writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO)
        var child = pid_t()
        let variables = Self.environment.merging(environment.merging(["LC_ALL": "C"]) { _, new in new }) { _, new in new
        }
        let code = Self.withMutableCStrings([name] + arguments) { words in
            Self.withMutableCStrings(variables.map { "\($0.key)=\($0.value)" }) {
                posix_spawn(&child, path, &actions, nil, words, $0)
            }
        }
        guard code == 0 else {
            throw DatabaseError(.other, "\(path) cannot be run: \(String(cString: strerror(code)))")
        }
        lines.closeWriting()
        errors.closeWriting()
        var said = ""
        let result = Result {
            try Self.read(lines, errors, output, interruption, observer, onLine: onLine) { said += $0 }
        }
        if case .failure = result { kill(child, SIGTERM) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        try result.get()
        guard status == 0 else {
            // A terminal sends the signal to both.
            if interruption?.isRequested == true { throw DatabaseError(.interrupted, "interrupted") }
            let signal = status & 0x7f
            let said = said.trimmingSpaces()
            guard signal == 0 else { throw failure("\(said) It was ended by signal \(signal).") }
            throw failure(said.isEmpty ? "It ended with status \(status >> 8 & 0xff)." : said)
        }
    }

    private func failure(_ said: String) -> DatabaseError {
        let full = String(cString: strerror(ENOSPC))
        let kind: DatabaseError.Kind = said.contains(full) ? .full : .other
        return DatabaseError(kind, said.hasPrefix(name) ? said : "\(name): \(said.trimmingSpaces())")
    }

    /// Reads both until nobody can write to them any more.
    private static func read(
        _ output: Pipe, _ errors: Pipe, _ file: Int32?, _ interruption: Interruption?, _ observer: ActivityObserver?,
        onLine: (UnsafeRawBufferPointer) throws -> Void, onErrors: (String) -> Void
    ) throws {
        var buffer: [UInt8] = Array(repeating: 0, count: 1 << 16)
        var rest: [UInt8] = []
        // What goes into a file does not come by here.
        var size: off_t = 0
        var open = [output.reading, errors.reading]
        while !open.isEmpty {
            if interruption?.isRequested == true { throw DatabaseError(.interrupted, "interrupted") }
            var polls = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&polls, nfds_t(polls.count), interruption == nil && observer == nil ? -1 : 50)
            var status = stat()
            if let file, fstat(file, &status) == 0, status.st_size != size {
                size = status.st_size
                observer?.advance()
            } else {
                observer?.goOn()
            }
            guard count > 0 else { continue }
            for polled in polls where polled.revents != 0 {
                #if canImport(Glibc)
                    let count = Glibc.read(polled.fd, &buffer, buffer.count)
                #elseif canImport(Musl)
                    let count = Musl.read(polled.fd, &buffer, buffer.count)
                #else
                    let count = Darwin.read(polled.fd, &buffer, buffer.count)
                #endif
                if count <= 0 {
                    if count < 0, errno == EINTR { continue }
                    open.removeAll { $0 == polled.fd }
                } else if polled.fd == errors.reading {
                    onErrors(String(decoding: buffer[..<count], as: UTF8.self))
                } else {
                    observer?.advance()
                    rest.append(contentsOf: buffer[..<count])
                    try takeLines(of: &rest, onLine)
                }
            }
        }
    }

    private static func takeLines(
        of bytes: inout [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let taken = try bytes.withUnsafeBytes { all in
            var start = 0
            while start < all.count, let base = all.baseAddress,
                let end = memchr(base + start, 0x0a, all.count - start)
            {
                let next = UnsafeRawPointer(end) - base
                try body(UnsafeRawBufferPointer(rebasing: all[start..<next]))
                start = next + 1
            }
            return start
        }
        bytes.removeFirst(taken)
    }

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let sign = text.firstIndex(of: "=") {
                variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            next += 1
        }
        return variables
    }

    private static func withMutableCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = ContiguousArray(strings.map { strdup($0) } + [nil])
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in
            withUnsafePointer(to: nil as UnsafeMutablePointer<CChar>?) { body(buffer.baseAddress ?? $0) }
        }
    }

    /// Two connected descriptors, which a program that is run gets by `dup2` only.
    private final class Pipe {
        let reading: Int32
        let writing: Int32
        private var isWritingOpen = true

        init() throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else {
                throw DatabaseError(.other, "no pipe can be made: \(String(cString: strerror(errno)))")
            }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reading, writing) = (ends[0], ends[1])
        }

        func closeWriting() {
            close(writing)
            isWritingOpen = false
        }

        deinit {
            close(reading)
            if isWritingOpen { close(writing) }
        }
    }
}
