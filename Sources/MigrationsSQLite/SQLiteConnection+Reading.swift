public import Logging
import Migrations

extension SQLiteConnection {
    /// Opens a file only for reading. It leaves no new file beside it.
    ///
    /// What an interrupted process left is recovered as by every reader that may write: SQLite rolls an unfinished
    /// change back. A write-ahead log exists as long as the database is open; a reader without write permission cannot
    /// remove it, so another connection does.
    /// - Throws: ``Migrations/DatabaseError`` as the initializer does.
    public static func reading(
        path: String, lockTimeout: Duration = .seconds(10), logger: Logger
    ) throws -> SQLiteConnection {
        func open(_ mode: Mode) throws -> SQLiteConnection {
            try SQLiteConnection(path: path, mode: mode, lockTimeout: lockTimeout, logger: logger)
        }
        let file = SQLiteFile.resolved(path)
        let hasLog = SQLiteFile.usesWriteAheadLog(file)
        let log = FileSystem.size(of: "\(file)-wal")
        let needsWriter =
            hasLog
            ? log == nil || FileSystem.size(of: "\(file)-shm") == nil : FileSystem.size(of: "\(file)-journal") ?? 0 > 0
        guard needsWriter else { return try open(.readOnly) }
        if SQLiteFile.state(of: path) == .present, SQLiteFile.isWritable(path),
            SQLiteFile.isWritable(SQLiteFile.folder(of: path))
        {
            let writer = try open(.readWrite)
            let connection = try open(.readOnly)
            connection.writer = writer
            return connection
        }
        if hasLog, log ?? 0 == 0 { return try open(.immutable) }
        do {
            return try open(.readOnly)
        } catch let error as DatabaseError where error.kind == .readOnly || error.kind == .unreachable {
            throw DatabaseError(
                .readOnly,
                "an interrupted process left \(path) in the middle of a change. SQLite completes or undoes it when a user "
                    + "who can write the file and its folder opens it: run this as the application's user",
                code: error.code)
        }
    }
}
