public import Migrations

extension SQLiteConnection: Rehearsable {
    /// The copy is a file, made as a backup is.
    public func withFullCopy<Result>(
        in folder: String?, holding tables: [String], _ body: (FullCopy) throws -> Result
    ) throws -> Result {
        let file = try makeFileOfCopy(in: folder)
        let files = ["", "-journal", "-wal", "-shm"].map { file.path + $0 }
        defer { for path in files { try? FileSystem.remove(path) } }
        // What a process that died left of them would be applied to the new copy.
        for path in files.dropFirst() { try FileSystem.remove(path) }
        try writeBackup(to: file, holding: tables) {}
        let copy = try SQLiteConnection(path: file.path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
        (copy.interruption, copy.observer) = (interruption, observer)
        return try body(FullCopy(connection: copy) { files.reduce(0) { $0 + (FileSystem.size(of: $1) ?? 0) } })
    }
}
