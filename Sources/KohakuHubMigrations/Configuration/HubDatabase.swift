public import Logging
public import Migrations
import MigrationsPostgreSQL
import MigrationsSQLite

extension DatabaseURL {
    /// What a connection is for.
    public enum Purpose: Sendable {
        /// Reading only: nothing is written, and a missing SQLite file is not created.
        case reading
        /// Changing the rows of an existing hub: a missing SQLite file is an error.
        case changing
        /// Migrating: a missing SQLite file is created.
        case migrating
    }

    /// Opens the database.
    /// - Throws: ``Migrations/DatabaseError`` when it cannot be reached, opened or, for migrating, written.
    public func open(
        for purpose: Purpose, lockTimeout: Duration = .seconds(10), logger: Logger
    ) throws -> any DatabaseConnection {
        switch self {
        case .sqlite(let path):
            switch (purpose, SQLiteFile.state(of: path)) {
            case (_, .folderMissing(let folder)):
                throw DatabaseError(
                    .unreachable, "cannot open \(path): there is no folder \(folder)")
            case (_, .noFile(let file, let kind)):
                let what = file == path ? "it" : "\(file), where SQLite expects a journal,"
                throw DatabaseError(.unreachable, "cannot open \(path): \(what) is \(kind), and no file")
            case (.reading, .missing):
                // A hub that does not exist yet looks like an empty one.
                return try SQLiteConnection(path: ":memory:", mode: .readOnly, logger: logger)
            case (.changing, .missing):
                throw DatabaseError(.unreachable, "cannot open \(path): there is no such file")
            case (.migrating, .protected), (.changing, .protected):
                throw DatabaseError(.readOnly, "\(path) is write-protected")
            case (.reading, _):
                return try SQLiteConnection.reading(path: path, lockTimeout: lockTimeout, logger: logger)
            case _ where !SQLiteFile.isWritable(SQLiteFile.folder(of: path)):
                throw DatabaseError(
                    .readOnly,
                    "\(path) cannot be written: SQLite creates a journal beside it, and the folder "
                        + "\(SQLiteFile.folder(of: path)) cannot be written")
            case (.changing, _):
                return try SQLiteConnection(path: path, mode: .readWrite, lockTimeout: lockTimeout, logger: logger)
            case (.migrating, _):
                return try SQLiteConnection(path: path, mode: .create, lockTimeout: lockTimeout, logger: logger)
            }
        case .postgres(let keywords):
            let parameters = ["application_name": "kohaku-migrate"].merging(keywords) { _, given in given }
            return try PostgresConnection(parameters: parameters, lockTimeout: lockTimeout, logger: logger)
        }
    }
}
