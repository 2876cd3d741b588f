public import Migrations

extension SQLiteConnection: Rehearsable {
    /// The copy is a file, made as a backup is.
    public func withFullCopy<Result>(
        in folder: String?, holding tables: [String], _ body: (FullCopy) throws -> Result
    ) throws -> Result {
        let file = try makeFileOfCopy(in: folder)
        let journals = ["-journal", "-wal", "-shm"].map { file.path + $0 }
        defer {
            for path in journals { try? FileSystem.remove(path) }
            // The last, as its lock keeps the next rehearsal away.
            file.remove()
        }
        // What a process that died left of them would be applied to the new copy.
        for path in journals { try FileSystem.remove(path) }
        try writeBackup(to: file, holding: tables) {}
        let copy = try SQLiteConnection(path: file.path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
        (copy.interruption, copy.observer) = (interruption, observer)
        let files = [file.path] + journals
        return try body(FullCopy(connection: copy) { files.compactMap(FileSystem.size).reduce(0, +) })
    }
}
