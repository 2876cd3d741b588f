#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that only its owner may read, under a name of its own until it is whole.
///
/// There is one such name beside each kind of file: what a process that died left there is removed by the next one. The file
/// is locked as long as somebody writes it.
public final class PartialFile {
    /// Where it is until it is whole.
    public let path: String
    /// Open for reading and writing.
    public let descriptor: Int32
    private let finalPath: String

    /// Makes an empty file.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` when somebody else is writing it.
    package init(for finalPath: String) throws {
        self.finalPath = finalPath
        let stem = finalPath.replacing(/-\d{8}T\d{6}Z(-v\d+)?$/, with: "")
        path = "\(stem)-partial"
        descriptor = try Self.claim(path)
    }

    deinit { close(descriptor) }

    /// Gives the file its name, once the disk has it.
    /// - Returns: Its bytes.
    package func publish() throws -> Int64 {
        guard fsync(descriptor) == 0 else { throw FileSystem.error("cannot write \(path)") }
        let size = FileSystem.size(of: path) ?? 0
        try FileSystem.rename(path, to: finalPath)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: finalPath))
        return size
    }

    /// Takes the file away again.
    package func remove() { unlink(path) }

    private static func claim(_ path: String) throws -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw FileSystem.error("cannot make \(path)") }
            do {
                guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                    guard errno == EWOULDBLOCK else { throw FileSystem.error("cannot lock \(path)") }
                    throw DatabaseError(.locked, "another process is writing \(path)")
                }
                // Whoever had it may have renamed or removed it before this process had the lock.
                guard isFile(descriptor, at: path) else {
                    close(descriptor)
                    continue
                }
                guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else {
                    throw FileSystem.error("cannot write \(path)")
                }
                return descriptor
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }
}
