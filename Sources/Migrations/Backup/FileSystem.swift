#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What backups need of files and folders.
package enum FileSystem {
    /// The folder of a path; "." when it names none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    package static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The path of a name in a folder.
    package static func path(to name: String, in folder: String) -> String {
        folder == "." ? name : "\(folder)/\(name)"
    }

    /// A path that means the same in every folder.
    package static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return "\(String(cString: current))/\(path)"
    }

    /// Whether two paths lead to one file or folder, which is there.
    static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// Whether files can be made in a folder.
    static func isWritableFolder(_ path: String) -> Bool { access(path, W_OK | X_OK) == 0 && opendirs(path) }

    /// Why files cannot be made in a folder.
    static func obstacle(toWritingIn path: String) -> String {
        if access(path, F_OK) != 0 { return "there is no folder \(path)" }
        return opendirs(path) ? "the folder \(path) cannot be written" : "\(path) is not a folder that can be read"
    }

    private static func opendirs(_ path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        closedir(folder)
        return true
    }

    /// The names in a folder.
    static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw error("cannot read the folder \(folder)") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// The bytes of a file, `nil` when it is not there.
    package static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Whether there is something of this name, if only a link that leads nowhere.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The bytes of a regular file that is no link to one, `nil` for anything else.
    static func sizeOfFile(_ path: String) -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// The bytes that are free on a folder's disk, `nil` when it does not tell.
    package static func freeBytes(at path: String) -> Int64? {
        var status = statvfs()
        // One without a size says nothing about free space, and one without a limit reports more than fits.
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }

    /// Removes a file that may be missing.
    package static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw error("cannot remove \(path)") }
    }

    /// Renames a file, in the place of another one if there is one.
    package static func rename(_ path: String, to new: String) throws {
        #if canImport(Glibc)
            let code = Glibc.rename(path, new)
        #elseif canImport(Musl)
            let code = Musl.rename(path, new)
        #else
            let code = Darwin.rename(path, new)
        #endif
        guard code == 0 else { throw error("cannot rename \(path) to \(new)") }
    }

    /// Has the disk keep what was made, removed or renamed in a folder.
    package static func synchronizeFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("cannot read the folder \(path)") }
        defer { close(descriptor) }
        // Some file systems have no such thing for folders.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw error("cannot write the folder \(path)") }
    }

    /// Gives a file a second name.
    package static func link(_ path: String, as new: String) throws {
        #if canImport(Glibc)
            let code = Glibc.link(path, new)
        #elseif canImport(Musl)
            let code = Musl.link(path, new)
        #else
            let code = Darwin.link(path, new)
        #endif
        guard code == 0 else { throw error("cannot keep \(path) as \(new)") }
    }

    /// Gives an open file the owner and permissions of one that may be missing.
    package static func copyPermissions(of path: String, to descriptor: Int32) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let isOwned = fchown(descriptor, status.st_uid, status.st_gid) == 0
        // Without permission to change the owner, the group at least can be the same.
        let isShared = isOwned || fchown(descriptor, uid_t.max, status.st_gid) == 0
        guard isShared, fchmod(descriptor, status.st_mode & 0o7777) == 0, isOwned else {
            throw error("cannot give the owner of \(path) to what replaces it")
        }
    }

    /// Whether two paths lead to one place, where a file need not be there yet.
    package static func isSameFile(_ one: String, _ other: String) -> Bool {
        isSame(one, other) || (name(of: one) == name(of: other) && isSame(folder(of: one), folder(of: other)))
    }

    /// The error of the system call that failed last.
    package static func error(_ title: String) -> DatabaseError {
        let number = errno
        let kind: DatabaseError.Kind =
            switch number {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            default: .other
            }
        return DatabaseError(kind, "\(title): \(String(cString: strerror(number)))")
    }
}
