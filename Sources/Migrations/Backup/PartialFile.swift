#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that only its owner may read, under a name of its own until it is whole.
///
/// Each file has one such name beside it, and what a process that died left there is removed by the next one. The file is
/// locked as long as somebody writes it.
public final class PartialFile {
    /// Where it is until it is whole.
    public let path: String
    /// Open for reading and writing.
    public let descriptor: Int32

    /// Makes an empty file.
    /// - Parameter stem: The path of what is made, without what differs each time.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` when somebody else is writing it; ``MigrationError``
    ///   when there is a file that this process did not leave there.
    package init(_ stem: String) throws {
        path = "\(stem)-partial"
        let claimed = try FileSystem.claim(path)
        guard fchmod(claimed, 0o600) == 0 else {
            defer { close(claimed) }
            throw FileSystem.error("cannot write \(path)")
        }
        descriptor = claimed
    }

    deinit { close(descriptor) }

    /// Gives the file its name, once the disk has it.
    /// - Returns: Its bytes.
    package func publish(as finalPath: String) throws -> Int64 {
        try synchronize()
        let size = FileSystem.size(of: path) ?? 0
        try FileSystem.rename(path, to: finalPath)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: finalPath))
        return size
    }

    /// Has the disk keep what is in the file.
    package func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw FileSystem.error("cannot write \(path)") }
    }

    /// Takes the file away again.
    package func remove() { unlink(path) }
}
