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
    /// - Parameter connectTimeout: How long to wait for a server's answer, where the URL does not say.
    /// - Throws: ``Migrations/DatabaseError`` when it cannot be reached, opened or, for migrating, written.
    public func open(
        for purpose: Purpose, lockTimeout: Duration = .seconds(10), connectTimeout: Duration = .seconds(10),
        logger: Logger
    ) throws -> any DatabaseConnection {
        switch self {
        case .sqlite(let path):
            switch (purpose, SQLiteFile.state(of: path)) {
            case (_, .folderMissing(let folder)):
                throw DatabaseError(
                    .unreachable, "cannot open \(path): there is no folder \(folder)")
            case (_, .noFile(let file, let kind)):
                let what = file == path ? "it" : "\(file), where SQLite expects a journal,"
                throw DatabaseError(.unreachable, "cannot open \(path): \(what) is \(kind), not a file")
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
            let parameters = Self.limited(keywords, to: connectTimeout)
                .merging(["application_name": "kohaku-migrate"]) { given, _ in given }
            return try PostgresConnection(parameters: parameters, lockTimeout: lockTimeout, logger: logger)
        }
    }

    /// Whether another attempt to open it may succeed without anybody's help: no server answers yet, the folder is not
    /// mounted yet, or somebody has the file locked.
    func isAwaited(after error: DatabaseError, connectTimeout: Duration) -> Bool {
        switch self {
        case .sqlite(let path):
            if case .folderMissing = SQLiteFile.state(of: path) { return true }
            return error.kind == .locked
        case .postgres(let keywords):
            guard error.kind == .unreachable else { return false }
            return !PostgresConnection.isAnswering(Self.limited(keywords, to: connectTimeout))
        }
    }

    private static func limited(_ keywords: [String: String], to timeout: Duration) -> [String: String] {
        ["connect_timeout": "\(timeout.components.seconds)"].merging(keywords) { _, given in given }
    }
}
