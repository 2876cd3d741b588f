#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

import Migrations

/// A database file before it is opened.
public enum SQLiteFile {
    /// What is at a path.
    public enum State: Sendable, Hashable {
        /// The folder that would hold the file does not exist.
        case folderMissing(String)
        /// There is no such file.
        case missing
        /// It has no write permission for anybody.
        case protected
        /// It, or a journal beside it, is something else, such as a FIFO: its path, and what it is, with an article.
        case noFile(path: String, kind: String)
        /// It exists.
        case present
    }

    /// Inspects a path without opening it.
    public static func state(of path: String) -> State {
        var status = stat()
        if stat(path, &status) == 0 {
            let journals = ["-journal", "-wal", "-shm"].map { resolved(path) + $0 }
            for file in [path] + journals {
                if let kind = otherKind(of: file) { return .noFile(path: file, kind: kind) }
            }
            return status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH) == 0 ? .protected : .present
        }
        let folder = Self.folder(of: path)
        return stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? .missing : .folderMissing(folder)
    }

    /// What is at a path, when it is neither a file nor nothing. To open a FIFO would wait for another process.
    private static func otherKind(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFIFO: return "a FIFO"
        case S_IFCHR, S_IFBLK: return "a device"
        case S_IFSOCK: return "a socket"
        case S_IFDIR: return "a folder"
        default: return nil
        }
    }

    /// The path without symbolic links: SQLite keeps its journal beside the file itself. As it is when there is no file.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder of a file, and of the journal beside it.
    public static func folder(of path: String) -> String {
        FileSystem.folder(of: resolved(path))
    }

    /// Whether this process may write an existing file or folder.
    public static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    /// Whether SQLite finds a folder for its temporary files; it checks the same places in the same order.
    static var hasTemporaryFolder: Bool {
        let variables: [String] = ["SQLITE_TMPDIR", "TMPDIR"]
        let named = variables.compactMap { name in getenv(name).map { String(cString: $0) } }
        let folders = named + ["/var/tmp", "/usr/tmp", "/tmp", "."]
        return folders.contains { access($0, W_OK | X_OK) == 0 }
    }

    /// Whether a database uses a write-ahead log, according to two bytes of its header.
    static func usesWriteAheadLog(_ path: String) -> Bool {
        guard let file = fopen(path, "rb") else { return false }
        defer { fclose(file) }
        var header = [UInt8](repeating: 0, count: 20)
        return fread(&header, 1, header.count, file) == header.count && header[18] == 2 && header[19] == 2
    }
}
