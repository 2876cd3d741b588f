public import Migrations

/// The databases that a test of any backend runs on.
public enum TestBackend: String, Sendable, CaseIterable {
    case sqlite
    case postgresql

    /// The dialect of the backend.
    public var dialect: Dialect { self == .sqlite ? .sqlite : .postgresql }

    /// Runs a test on its own empty database, which is removed afterwards.
    ///
    /// On SQLite it is a file in a temporary folder, on PostgreSQL a database of the server that
    /// `KOHAKU_TEST_POSTGRES` names.
    public func withDatabase<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        switch self {
        case .sqlite: try withTemporaryFolder { try body(.sqlite(path: $0 + "/hub.db")) }
        case .postgresql: try TestServer.fromEnvironment().withDatabase { try body(.postgresql($0)) }
        }
    }

    /// Runs a test with a connection to an empty database of its own.
    public func withConnection<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try withDatabase { database in try body(database.connect()) }
    }
}

extension TestBackend: CustomStringConvertible {
    /// The name as people write it.
    public var description: String { self == .sqlite ? "SQLite" : "PostgreSQL" }
}
