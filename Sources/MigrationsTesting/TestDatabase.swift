import Foundation
import Logging
public import Migrations
import MigrationsPostgreSQL
import MigrationsSQLite

/// A database that belongs to one test.
public enum TestDatabase: Sendable {
    /// A SQLite file that may not exist yet.
    case sqlite(path: String)
    /// A database of the test server.
    case postgresql(TestServer)

    /// Which backend it is of.
    public var backend: TestBackend {
        switch self {
        case .sqlite: .sqlite
        case .postgresql: .postgresql
        }
    }

    /// The database as a URL, as an operator would give it.
    public var url: String {
        switch self {
        case .sqlite(let path): "sqlite:///\(path)"
        case .postgresql(let server): server.url
        }
    }

    /// Opens one more connection to the database.
    /// - Parameter lockTimeout: How long it waits for a lock.
    public func connect(lockTimeout: Duration = .seconds(10)) throws -> any DatabaseConnection {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        switch self {
        case .sqlite(let path):
            return try SQLiteConnection(path: path, mode: .create, lockTimeout: lockTimeout, logger: logger)
        case .postgresql(let server):
            return try PostgresConnection(parameters: server.parameters, lockTimeout: lockTimeout, logger: logger)
        }
    }

    /// Runs a test on a copy of the database, which nobody may be connected to, and removes it afterwards.
    public func withCopy<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        switch self {
        case .sqlite(let path):
            try withTemporaryFolder { folder in
                try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/hub.db")
                return try body(.sqlite(path: "\(folder)/hub.db"))
            }
        case .postgresql(let server):
            try server.withDatabase(copying: server.name) { try body(.postgresql($0)) }
        }
    }
}
