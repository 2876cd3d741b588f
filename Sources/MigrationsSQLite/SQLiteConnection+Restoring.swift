public import Logging
public import Migrations

extension SQLiteConnection {
    /// Puts a backup in the place of a database file. The copy is whole and on the disk before it takes the place; what was
    /// there gets another name first.
    /// - Parameters:
    ///   - backup: The file of the backup, which stays.
    ///   - path: The database's file, which may be missing.
    ///   - interruption: Stops it before anything is replaced.
    ///   - check: Looks whether the backup is what it should be.
    /// - Returns: The name that what was there has now.
    /// - Throws: ``Migrations/DatabaseError`` or ``Migrations/MigrationError``; the database is as it was then.
    public static func restore(
        _ backup: String, to path: String, lockTimeout: Duration, interruption: Interruption? = nil, logger: Logger,
        check: (any DatabaseConnection) throws -> Void
    ) throws -> String? {
        let path = SQLiteFile.resolved(path)
        let source = try reading(path: backup, lockTimeout: lockTimeout, logger: logger)
        source.interruption = interruption
        guard try !source.integrityAnswers(isThorough: true).answers.contains(where: isStructural) else {
            throw DatabaseError(.damaged, "\(backup) is damaged")
        }
        try check(source)
        try requireUnused(path, lockTimeout: lockTimeout, logger: logger)
        _ = try source.requireRoom(in: SQLiteFile.folder(of: path), for: "copy")
        let file = try PartialFile(path)
        do {
            try source.writeBackup(to: file, holding: []) {}
            try FileSystem.copyPermissions(of: path, to: file.descriptor)
            try requireUnused(path, lockTimeout: lockTimeout, logger: logger)
            try source.checkInterruption()
            let kept = try keepAside(path)
            _ = try file.publish(as: path)
            return kept
        } catch {
            file.remove()
            throw error
        }
    }

    /// Gives a database and its journals a second name, and takes the first one from the journals: they would be applied to
    /// what comes in its place.
    private static func keepAside(_ path: String) throws -> String? {
        guard FileSystem.size(of: path) != nil else { return nil }
        let kept = BackupNames.replaced(path) { FileSystem.size(of: $0) != nil }
        let endings = ["", "-wal", "-journal"].filter { FileSystem.size(of: path + $0) != nil }
        for ending in endings { try FileSystem.link(path + ending, as: kept + ending) }
        try FileSystem.synchronizeFolder(SQLiteFile.folder(of: path))
        for ending in ["-wal", "-journal", "-shm"] { try FileSystem.remove(path + ending) }
        return kept
    }

    /// Has SQLite put everything into the file itself, and refuses a file that somebody else has open.
    private static func requireUnused(_ path: String, lockTimeout: Duration, logger: Logger) throws {
        guard FileSystem.size(of: path) != nil else { return }
        let inUse = DatabaseError(.locked, "another process has \(path) open")
        do {
            let connection = try SQLiteConnection(
                path: path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
            if try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") == 1 { throw inUse }
            try connection.execute("BEGIN EXCLUSIVE; ROLLBACK")
        } catch let error as DatabaseError where [.damaged, .notADatabase].contains(error.kind) {
            // It is kept as it is.
        }
        if FileSystem.isOpenElsewhere(path) { throw inUse }
    }
}
