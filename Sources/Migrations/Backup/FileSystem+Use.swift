#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension FileSystem {
    /// Whether another process has a file open; `nil` where the system does not tell.
    ///
    /// Linux refuses a lease on such a file. It also refuses one to who is not its owner, as in a container without that
    /// capability; then the processes are asked, of which it shows only the user's own, and a container only those in it.
    package static func isOpenElsewhere(_ path: String) -> Bool? {
        #if os(Linux)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            // Sent when somebody opens the file while there is a lease.
            let before = signal(SIGIO, SIG_IGN)
            defer { signal(SIGIO, before) }
            let (setLease, write, none): (Int32, Int32, Int32) = (1_024, Int32(F_WRLCK), Int32(F_UNLCK))
            guard fcntl(descriptor, setLease, write) == 0 else {
                return errno == EAGAIN || isOpenByProcess(descriptor) ? true : nil
            }
            _ = fcntl(descriptor, setLease, none)
            return false
        #else
            return nil
        #endif
    }

    private static func isOpenByProcess(_ descriptor: Int32) -> Bool {
        var file = stat()
        guard fstat(descriptor, &file) == 0 else { return false }
        let processes = ((try? names(in: "/proc")) ?? []).filter { Int32($0).map { $0 != getpid() } == true }
        return processes.contains { process in
            let folder = "/proc/\(process)/fd"
            return ((try? names(in: folder)) ?? []).contains { name in
                var other = stat()
                return stat("\(folder)/\(name)", &other) == 0 && other.st_ino == file.st_ino
                    && other.st_dev == file.st_dev
            }
        }
    }
}
