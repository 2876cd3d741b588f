#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A database file before it is opened.
public enum SQLiteFile {
    /// What is at a path.
    public enum State: Sendable, Hashable {
        /// The folder that would hold the file does not exist.
        case folderMissing(String)
        /// There is no such file.
        case missing
        /// Nobody has the permission to write it, whoever asks.
        case protected
        /// It is there.
        case present
    }

    /// Looks at a path without opening it.
    public static func state(of path: String) -> State {
        var status = stat()
        if stat(path, &status) == 0 {
            return status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH) == 0 ? .protected : .present
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return stat(folder.isEmpty ? "/" : folder, &status) == 0 ? .missing : .folderMissing(folder)
    }

    /// The bytes that are free on the file's disk, `nil` when it does not tell.
    static func freeBytes(beside path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
