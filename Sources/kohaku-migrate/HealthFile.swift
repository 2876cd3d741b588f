import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An empty file whose time shows when work advanced last. It is removed at the end.
final class HealthFile {
    private let path: String

    /// - Throws: ``MigrationError`` when it cannot be made, or is a file of something else.
    init(_ path: String) throws {
        // By mistake it might be the database, and it is removed at the end.
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG || status.st_size > 0 {
            throw MigrationError(
                .usage, "--health-file: \(path) is already there, and not empty",
                nextStep: "Nothing was changed. Give a path of its own.")
        }
        guard Self.touch(path) else {
            throw MigrationError(
                .usage, "--health-file: \(path) cannot be written: \(String(cString: strerror(errno)))",
                nextStep: "Nothing was changed. Give another path.")
        }
        // Last: what is initialized whole is removed, also when this throws.
        self.path = path
    }

    deinit {
        // Somebody else may have written there meanwhile.
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 { unlink(path) }
    }

    /// Sets its time to now.
    func touch() { _ = Self.touch(path) }

    private static func touch(_ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return futimens(descriptor, nil) == 0
    }
}
