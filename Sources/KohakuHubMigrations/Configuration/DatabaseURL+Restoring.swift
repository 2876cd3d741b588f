public import Logging
public import Migrations
import MigrationsPostgreSQL
import MigrationsSQLite

extension DatabaseURL {
    /// The files that are backups of the database, which may be missing.
    /// - Parameter folder: Where they are; `nil` for beside a database file, and the current folder for a server's.
    public func backupNames(in folder: String? = nil) throws -> BackupNames {
        switch self {
        case .sqlite(let path): SQLiteConnection.backupNames(of: path, in: folder)
        case .postgres(let keywords): try PostgresConnection.backupNames(of: keywords, in: folder)
        }
    }

    /// Puts a backup in the place of the database, which is kept under another name.
    /// - Parameters:
    ///   - backup: The file of the backup, which stays.
    ///   - interruption: Stops it before anything is replaced.
    ///   - observer: Is told what is being done.
    ///   - check: Looks whether the backup is what it should be.
    /// - Returns: The name that the old database has now, `nil` when there was none.
    /// - Throws: ``Migrations/DatabaseError`` or ``Migrations/MigrationError``; the database is as it was then.
    public func restore(
        _ backup: String, lockTimeout: Duration = .seconds(10), interruption: Interruption? = nil,
        observer: ActivityObserver? = nil, logger: Logger, check: (any DatabaseConnection) throws -> Void = { _ in }
    ) throws -> String? {
        switch self {
        case .sqlite(let path):
            try SQLiteConnection.restore(
                backup, to: path, lockTimeout: lockTimeout, interruption: interruption, observer: observer,
                logger: logger, check: check)
        case .postgres(let keywords):
            try PostgresConnection.restore(
                backup, parameters: keywords, lockTimeout: lockTimeout, interruption: interruption,
                observer: observer, logger: logger, check: check)
        }
    }
}
