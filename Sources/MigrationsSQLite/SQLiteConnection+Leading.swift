public import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The process that leads has a file beside the database, in which it says who it is and counts its progress. The system takes
/// the lock on it from a process that dies, and the next one removes the file.
extension SQLiteConnection: LeaderElection {
    private var leaderFile: String { "\(path)-migrate-lock" }

    public func leader() -> Leader? {
        guard !path.isEmpty, let text = FileSystem.contentsOfClaimed(leaderFile) else { return nil }
        // It is empty for the first moment.
        let name = text.split(separator: "\n").first.map(String.init) ?? "another process"
        return Leader(name: name, sign: text)
    }

    public func lead() -> Leadership? {
        guard !path.isEmpty else { return Leadership() }
        let (file, database) = (leaderFile, path)
        let descriptor: Int32
        do {
            descriptor = try FileSystem.claim(file)
        } catch let error as DatabaseError where error.kind == .locked {
            return nil
        } catch {
            // A file system without such locks, or with a file of somebody else's.
            return Leadership()
        }
        // Another user who may use the database has to see who leads.
        try? FileSystem.copyPermissions(of: database, to: descriptor)
        let leadership = Leadership(
            show: { FileSystem.replaceContents(of: descriptor, with: "\(ThisProcess.name)\n\($0)\n") },
            end: {
                unlink(file)
                close(descriptor)
            })
        leadership.showProgress()
        return leadership
    }
}
