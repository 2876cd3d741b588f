import CSQLite
public import Logging
public import Migrations

extension SQLiteConnection {
    /// Puts a backup in the place of a database file. The copy is whole and on the disk before it takes the place; what was
    /// there gets another name first.
    /// - Parameters:
    ///   - backup: The file of the backup, which stays.
    ///   - path: The database's file, which may be missing.
    ///   - interruption: Stops it before anything is replaced.
    ///   - observer: Is told what is being done.
    ///   - check: Looks whether the backup is what it should be.
    /// - Returns: The name that what was there has now.
    /// - Throws: ``Migrations/DatabaseError`` or ``Migrations/MigrationError``; the database is as it was then.
    public static func restore(
        _ backup: String, to path: String, lockTimeout: Duration, interruption: Interruption? = nil,
        observer: ActivityObserver? = nil, logger: Logger, check: (any DatabaseConnection) throws -> Void
    ) throws -> String? {
        let path = SQLiteFile.resolved(path)
        guard FileSystem.size(of: path) != nil || !FileSystem.exists(path) else {
            throw DatabaseError(.unreachable, "\(path) is a broken symbolic link")
        }
        let source = try reading(path: backup, lockTimeout: lockTimeout, logger: logger)
        (source.interruption, source.observer) = (interruption, observer)
        source.begin(.proving, in: "restore")
        guard try !source.integrityAnswers(isThorough: true).answers.contains(where: isStructural) else {
            throw DatabaseError(.damaged, "\(backup) is damaged")
        }
        try check(source)
        if try !requireUnused(path, lockTimeout: lockTimeout, logger: logger) {
            logger.warning("whether another process has \(path) open cannot be told: make sure that none has")
        }
        _ = try source.requireRoom(in: SQLiteFile.folder(of: path), for: "copy")
        let file = try PartialFile("\(path).restore")
        do {
            try source.writeBackup(to: file, holding: []) {}
            try FileSystem.copyPermissions(of: path, to: file.descriptor)
            // What takes long comes before the last look.
            try file.synchronize()
            try requireUnused(path, lockTimeout: lockTimeout, logger: logger)
            try source.checkInterruption()
            return try replace(path, by: file, lockTimeout: lockTimeout, logger: logger)
        } catch {
            file.remove()
            throw error
        }
    }

    /// Gives the copy the name of the database, which nobody else can use meanwhile.
    /// - Returns: The name that the database has now.
    private static func replace(
        _ path: String, by file: PartialFile, lockTimeout: Duration, logger: Logger
    ) throws -> String? {
        var lock = try exclusiveLock(of: path, lockTimeout: lockTimeout, logger: logger)
        let kept = try keepAside(path)
        do {
            _ = try withExtendedLifetime(lock) { try file.publish(as: path) }
            lock = nil
            // Who opened it just before would make journals of it beside what is there now.
            if let kept, FileSystem.isOpenElsewhere(kept.path) == true { throw inUse(path) }
            return kept?.path
        } catch {
            kept?.putBack(as: path)
            throw error
        }
    }

    /// A connection that lets nobody else read or write until it is closed; `nil` where there is no database.
    private static func exclusiveLock(
        of path: String, lockTimeout: Duration, logger: Logger
    ) throws -> SQLiteConnection? {
        guard FileSystem.size(of: path) != nil else { return nil }
        do {
            let connection = try SQLiteConnection(
                path: path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
            // With a write-ahead log others could read. When it is closed it would remove that by its name, which may be the
            // log of somebody else by then.
            _ = try connection.query("PRAGMA locking_mode = EXCLUSIVE")
            var persists: Int32 = 1
            sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_PERSIST_WAL, &persists)
            try connection.execute("BEGIN EXCLUSIVE")
            return connection
        } catch let error as DatabaseError where [.damaged, .notADatabase].contains(error.kind) {
            return nil
        }
    }

    private static func inUse(_ path: String) -> DatabaseError {
        DatabaseError(.locked, "another process has \(path) open")
    }

    /// Gives a database and its journals a second name, and takes the first one from the journals: they would be applied to
    /// what comes in its place.
    /// - Returns: The second names; `nil` where there is no database.
    private static func keepAside(_ path: String) throws -> KeptDatabase? {
        guard FileSystem.size(of: path) != nil else { return nil }
        var kept = KeptDatabase(
            path: BackupNames.replaced(path) { name in
                ["", "-wal", "-journal"].contains { FileSystem.exists(name + $0) }
            })
        do {
            for ending in [""] + ["-wal", "-journal"].filter({ FileSystem.size(of: path + $0) ?? 0 > 0 }) {
                do {
                    try FileSystem.link(path + ending, as: kept.path + ending)
                } catch {
                    // Some file systems give a file one name only. For a moment there is none of the first then.
                    try FileSystem.rename(path + ending, to: kept.path + ending)
                }
                kept.endings.append(ending)
            }
            try FileSystem.synchronizeFolder(SQLiteFile.folder(of: path))
            for ending in ["-wal", "-journal", "-shm"] { try FileSystem.remove(path + ending) }
            return kept
        } catch {
            kept.putBack(as: path)
            throw error
        }
    }

    /// Has SQLite put everything into the file itself, and refuses a file that somebody else has open.
    /// - Returns: Whether the system tells who has it open.
    @discardableResult
    private static func requireUnused(_ path: String, lockTimeout: Duration, logger: Logger) throws -> Bool {
        guard FileSystem.size(of: path) != nil else { return true }
        do {
            let connection = try SQLiteConnection(
                path: path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
            if try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") == 1 { throw inUse(path) }
            try connection.execute("BEGIN EXCLUSIVE; ROLLBACK")
        } catch let error as DatabaseError where [.damaged, .notADatabase].contains(error.kind) {
            // It is kept as it is.
        }
        let isOpen = FileSystem.isOpenElsewhere(path)
        if isOpen == true { throw inUse(path) }
        return isOpen != nil
    }
}

/// A database and its journals under the name that they are kept by.
private struct KeptDatabase {
    var path: String
    /// What is behind the name of each of its files: `-wal`, and nothing for the database.
    var endings: [String] = []

    /// Gives them their first name again, the journals before the database.
    func putBack(as first: String) {
        for ending in endings.reversed() where (try? FileSystem.rename(path + ending, to: first + ending)) != nil {
            // Two names of one file stay both.
            try? FileSystem.remove(path + ending)
        }
    }
}
