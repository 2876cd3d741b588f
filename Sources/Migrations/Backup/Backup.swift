/// A copy of a whole database in one file, compared with the database when it was made.
public struct Backup: Sendable, Hashable {
    /// The file.
    public var path: String
    /// Its bytes.
    public var size: Int64
    /// The version of the database in it.
    public var version: Int
    /// The command that restores it, for messages.
    public var restoring: String?
    /// Whether that command has to get a password besides.
    public var isPasswordLeftOut = false

    /// Describes a file.
    public init(path: String, size: Int64, version: Int, restoring: String? = nil) {
        self.path = path
        self.size = size
        self.version = version
        self.restoring = restoring
    }
}

/// What can copy its whole database into a file: ask a connection for it with `as?`.
public protocol BackupSource: Driver {
    /// The files that are its backups.
    /// - Parameter folder: Where they are; `nil` for beside a database file, and the current folder for a server's.
    func backupNames(in folder: String?) -> BackupNames

    /// How many rows each table has, by its name.
    func countAllRows() throws -> [String: Int64]

    /// Looks whether backups can be made at all, and how many bytes one may take.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/consentRequired`` when something is missing for it.
    func sizeOfNextBackup() throws -> Int64

    /// Writes a copy of the whole database, as it is at one moment, and proves that it holds the same tables and rows.
    /// - Parameters:
    ///   - tables: The tables that must not be changed by a migration meanwhile.
    ///   - check: Looks at the database as it is copied.
    /// - Throws: ``DatabaseError`` or ``MigrationError``, or what `check` throws; the file is of no use then.
    func writeBackup(to file: PartialFile, holding tables: [String], check: () throws -> Void) throws
}

extension BackupSource {
    /// Looks whether a backup can be made, and where it would be. Nothing is written.
    /// - Parameters:
    ///   - folder: Where it goes; `nil` for beside a database file, and the current folder for a server's.
    ///   - version: The version of the database, which is part of the name.
    /// - Throws: ``MigrationError`` that says what is missing: permission, room or a program.
    public func nextBackup(in folder: String? = nil, version: Int) throws -> Backup {
        let names = backupNames(in: folder)
        let size = try requireRoom(in: names.folder, for: "backup")
        return Backup(path: names.newPath(version: version), size: size, version: version)
    }

    /// Looks whether a copy can be written into a folder.
    /// - Parameter noun: What it is called in messages.
    /// - Returns: How many bytes it may take.
    package func requireRoom(in folder: String, for noun: String) throws -> Int64 {
        guard FileSystem.isWritableFolder(folder) else {
            throw MigrationError(
                .consentRequired, "no \(noun) can be made: \(FileSystem.obstacle(toWritingIn: folder))")
        }
        let size = try sizeOfNextBackup()
        if let free = FileSystem.freeBytes(at: folder), free < size {
            throw MigrationError(
                .checkFailed,
                "there is no room for a \(noun): it may take \(size.megabytes), and \(folder) has \(free.megabytes) free"
            )
        }
        return size
    }

    /// Makes a backup. It has its name when it is whole, proven and on the disk; until then it is a file that the next backup
    /// of the database removes.
    /// - Parameters:
    ///   - next: Where, as ``nextBackup(in:version:)`` found it; under another time where somebody has taken the name since.
    ///   - limit: How long to wait for somebody else's backup of the same database.
    ///   - tables: The tables that must not be changed by a migration meanwhile.
    ///   - check: Looks at the database as it is copied.
    /// - Throws: ``MigrationError`` or ``DatabaseError``, or what `check` throws; nothing is left behind then.
    public func makeBackup(
        _ next: Backup, waiting limit: Duration = .seconds(10), holding tables: [String] = [],
        check: () throws -> Void = {}
    ) throws -> Backup {
        let names = backupNames(in: FileSystem.folder(of: next.path))
        let file = try waitingForLock(limit) { try PartialFile(names.path(of: "backup")) }
        do {
            try writeBackup(to: file, holding: tables, check: check)
            var made = next
            // Only who has the file gives names.
            if FileSystem.size(of: next.path) != nil { made.path = names.newPath(version: next.version) }
            made.size = try file.publish(as: made.path)
            return made
        } catch {
            file.remove()
            throw error
        }
    }

    private func waitingForLock<Result>(_ limit: Duration, _ body: () throws -> Result) throws -> Result {
        let deadline = ContinuousClock.now + limit
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.kind == .locked && ContinuousClock.now < deadline {
                try checkInterruption()
                pause(milliseconds: 50)
            }
        }
    }
}
