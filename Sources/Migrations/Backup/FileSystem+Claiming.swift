#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension FileSystem {
    /// Makes a file that one process at a time has, or takes one that a process that died left there. It is this process's
    /// until the descriptor is closed.
    /// - Returns: The descriptor, open for reading and writing.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` when another process has it; ``MigrationError`` when
    ///   something else has its name.
    package static func claim(_ path: String) throws -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else {
                let failure = error("cannot make \(path)")
                throw exists(path) ? inTheWay(path) : failure
            }
            do {
                guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                    guard errno == EWOULDBLOCK else { throw error("cannot lock \(path)") }
                    throw DatabaseError(.locked, "another process is writing \(path)")
                }
                // Whoever had it may have renamed or removed it before this process had the lock.
                guard isFile(descriptor, at: path) else {
                    close(descriptor)
                    continue
                }
                // Another user could read what is written, or put it elsewhere.
                var status = stat()
                guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
                    status.st_uid == geteuid()
                else {
                    throw inTheWay(path)
                }
                guard ftruncate(descriptor, 0) == 0 else { throw error("cannot write \(path)") }
                return descriptor
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    /// What is in a file that another process has by ``claim(_:)``; `nil` when none has it. One that a process that died left
    /// there is removed.
    package static func contentsOfClaimed(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = Array(repeating: 0, count: 1_024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { return nil }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            let isOwn = text.isEmpty || ThisProcess.isName(text)
            if isOwn, isFile(descriptor, at: path) { unlink(path) }
            return nil
        }
        return errno == EWOULDBLOCK ? text : nil
    }

    /// Puts a text in the place of what is in an open file. A full disk keeps what was there.
    package static func replaceContents(of descriptor: Int32, with text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count else { return }
            ftruncate(descriptor, off_t(bytes.count))
        }
    }

    private static func inTheWay(_ path: String) -> MigrationError {
        MigrationError(
            .consentRequired, "\(path) is in the way: it is of another user, or no file of this tool. Remove it")
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }
}

/// This process, for others to read: `kohaku-migrate on host7, process 4711`.
package enum ThisProcess {
    package static let name: String = {
        var host: [CChar] = Array(repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let text = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let program = FileSystem.name(of: CommandLine.arguments.first ?? "")
        // PostgreSQL keeps 63 bytes of such a name.
        return "\(program.prefix(16)) on \(text.prefix(20)), process \(getpid())"
    }()

    /// Whether a text begins with the name of a process.
    static func isName(_ text: String) -> Bool {
        let line = text.prefix { !$0.isNewline }
        return line.contains(" on ") && line.contains(", process ")
    }
}
