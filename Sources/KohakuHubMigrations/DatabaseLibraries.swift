import MigrationsPostgreSQL
import MigrationsSQLite

/// The versions of the database libraries that the system has.
public struct DatabaseLibraries: Sendable {
    /// SQLite's version, such as 3.40.1.
    public let sqlite = SQLiteConnection.libraryVersion
    /// libpq's version, such as 15.14; `nil` where it cannot be loaded.
    public let libpq = PostgresConnection.libraryVersion

    /// Looks at the libraries; libpq is loaded.
    public init() {}
}
