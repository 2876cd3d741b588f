public import Logging
import Migrations

extension SQLiteConnection {
    /// Opens a file to look at it only. Nothing new is beside it afterwards.
    ///
    /// What a process that died left behind is put right as by every reader that may write: SQLite rolls an unfinished change
    /// back. A write-ahead log is there for as long as somebody has the database open; who may not write cannot take it away
    /// again, so that somebody else does.
    /// - Throws: ``Migrations/DatabaseError`` as the initializer does.
    public static func reading(
        path: String, lockTimeout: Duration = .seconds(10), logger: Logger
    ) throws -> SQLiteConnection {
        func open(_ mode: Mode) throws -> SQLiteConnection {
            try SQLiteConnection(path: path, mode: mode, lockTimeout: lockTimeout, logger: logger)
        }
        let file = SQLiteFile.resolved(path)
        let hasLog = SQLiteFile.usesWriteAheadLog(file)
        let log = SQLiteFile.size(of: "\(file)-wal")
        let needsWriter =
            hasLog
            ? log == nil || SQLiteFile.size(of: "\(file)-shm") == nil : SQLiteFile.size(of: "\(file)-journal") ?? 0 > 0
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
                "a process that died left \(path) in the middle of a change. SQLite completes or undoes it as soon as somebody "
                    + "looks who may write the file and its folder: look as the user of the application",
                code: error.code)
        }
    }
}
