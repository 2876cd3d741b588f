import Foundation
import MigrationsTesting
import Testing

/// The files of a SQLite database at a moment, as a process that dies then leaves them: what SQLite holds in memory is not in
/// them.
struct HubFiles: Equatable {
    var database: Data
    var journal: Data?
    var log: Data?

    /// Of a database that only this process uses: to read its file takes SQLite's locks of it away.
    init(of database: TestDatabase) throws {
        let path = try Self.path(of: database)
        self.database = try Data(contentsOf: URL(filePath: path))
        journal = FileManager.default.contents(atPath: path + "-journal")
        log = FileManager.default.contents(atPath: path + "-wal")
    }

    /// Hands over a database of these files, for SQLite to recover when it is opened.
    func withDatabase(_ body: (TestDatabase) throws -> Void) throws {
        try TestBackend.sqlite.withDatabase { copy in
            let path = try Self.path(of: copy)
            try database.write(to: URL(filePath: path))
            try journal?.write(to: URL(filePath: path + "-journal"))
            try log?.write(to: URL(filePath: path + "-wal"))
            try body(copy)
        }
    }

    private static func path(of database: TestDatabase) throws -> String {
        guard case .sqlite(let path) = database else { throw NoFile() }
        return path
    }

    private struct NoFile: Error {}
}
