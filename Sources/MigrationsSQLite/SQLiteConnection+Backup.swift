import CSQLite
import Logging
public import Migrations

extension SQLiteConnection: BackupSource {
    public func backupNames(in folder: String?) -> BackupNames { Self.backupNames(of: path, in: folder) }

    /// The files that are backups of a database file, which may be missing.
    public static func backupNames(of path: String, in folder: String?) -> BackupNames {
        let path = FileSystem.absolute(SQLiteFile.resolved(path))
        let home = FileSystem.folder(of: path)
        let name = FileSystem.name(of: path)
        return BackupNames(of: name, identity: "\(SQLiteFile.resolved(home))/\(name)", home: home, in: folder)
    }

    public func sizeOfNextBackup() throws -> Int64 {
        guard !path.isEmpty else {
            throw MigrationError(.usage, "there is nothing to back up: the database is in memory")
        }
        return try size(of: [])
    }

    /// Copies every page with SQLite's own interface, what is in the write-ahead log as well.
    public func writeBackup(to file: PartialFile, holding tables: [String], check: () throws -> Void) throws {
        let copy = try SQLiteConnection(path: file.path, mode: .create, lockTimeout: lockTimeout, logger: logger)
        // Nobody needs it after a crash, and it is written to the disk as a whole.
        try copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        let before = try copyPages(to: copy, check: check)
        begin(.proving)
        // The copy may say of itself that it has a write-ahead log; none is made for a look at it.
        let made = try SQLiteConnection(path: file.path, mode: .immutable, logger: logger)
        (made.interruption, made.observer) = (interruption, observer)
        guard try made.contents() == before else {
            throw DatabaseError(.other, "the backup does not hold the tables and rows of the database")
        }
        // Indexes that a repair would build anew are as wrong in the copy.
        let complaints = try made.integrityAnswers(isThorough: true).answers
        guard try complaints.isEmpty || complaints == integrityAnswers(isThorough: true).answers else {
            throw DatabaseError(.damaged, "the backup is damaged: \(complaints.joined(separator: "; "))")
        }
    }

    /// Copies the pages in steps between which others can write, the last of them and the count of the rows in one
    /// transaction, so that the copy and the count are of one moment.
    ///
    /// SQLite begins anew when somebody wrote in between. After three times the work nobody else may write until it is done.
    /// With a write-ahead log nobody has to wait for a transaction that reads, and all of it is one.
    /// - Parameter check: Looks at this database at that moment.
    /// - Returns: What is in it then.
    private func copyPages(to copy: SQLiteConnection, check: () throws -> Void) throws -> Contents {
        let (pages, pageSize) = try (integer("PRAGMA page_count"), integer("PRAGMA page_size"))
        begin(.copying, total: pages * pageSize, unit: .bytes)
        guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
            throw copy.error(sqlite3_extended_errcode(copy.handle), sql: "")
        }
        defer { sqlite3_backup_finish(backup) }
        var copied: Int64 = 0
        func step() throws -> Bool {
            try checkInterruption()
            // SQLite numbers the attempts of all steps together, so none but the first would begin with a time of its own.
            lockDeadline = .now + lockTimeout
            let code = sqlite3_backup_step(backup, Int32(Self.pagesOfStep))
            copied += Self.pagesOfStep
            let (left, all) = (sqlite3_backup_remaining(backup), sqlite3_backup_pagecount(backup))
            observer?.advance(to: Int64(all - left) * pageSize, of: Int64(all) * pageSize, .bytes)
            guard code != SQLITE_OK, code != SQLITE_DONE else { return code == SQLITE_DONE }
            throw isInterrupted ? backupError(code) : copy.backupError(code)
        }
        if try query("PRAGMA journal_mode").first?[0].text != "wal", pages > Self.pagesOfStep {
            repeat {
                _ = try step()
                sqlite3_sleep(1)
            } while copied < pages * 3 && Int64(sqlite3_backup_remaining(backup)) > Self.pagesOfStep
        }
        return try withReadTransaction(of: []) {
            try check()
            let contents = try contents()
            while try !step() {}
            return contents
        }
    }

    private static let pagesOfStep: Int64 = 2_000

    private func backupError(_ code: Int32) -> DatabaseError {
        DatabaseError(
            error(code, sql: "").kind, "the backup failed: \(String(cString: sqlite3_errstr(code)))", code: "\(code)")
    }

    /// What a copy must have as well: the definitions in their order, and the rows of each table.
    private struct Contents: Equatable {
        var definitions: [[DatabaseValue]]
        var rows: [String: Int64]
    }

    public func countAllRows() throws -> [String: Int64] { try contents().rows }

    private func contents() throws -> Contents {
        let definitions = try query("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid")
        // A virtual table has no rows of its own.
        let tables = try query("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0")
        let rows = try tables.map { try ($0.text(0), countRows(in: $0.text(0))) }
        return Contents(
            definitions: definitions.map(\.values), rows: Dictionary(rows, uniquingKeysWith: +))
    }
}
