import Foundation
import Migrations
import MigrationsTesting
import Testing

/// A database of one test and the command, told by its environment to use it.
struct Hub {
    var database: TestDatabase
    var command: Command

    /// Runs the command on the database.
    func callAsFunction(_ arguments: String...) throws -> Command.Outcome {
        try command.run(arguments)
    }

    /// Runs the command, which has to end with a status.
    func expect(_ status: Int32, _ arguments: String..., at location: SourceLocation = #_sourceLocation) throws {
        try command.expect(status, arguments, at: location)
    }

    /// Runs the command and decodes the JSON it prints.
    func json<Document: Decodable>(_ type: Document.Type, _ arguments: String...) throws -> Document {
        let outcome = try command.run(arguments + ["--json"])
        return try JSONDecoder().decode(type, from: Data(outcome.output.utf8))
    }

    /// Where its backups go: beside the file, or where the command runs.
    var backupFolder: String {
        if case .sqlite(let path) = database {
            URL(filePath: path).deletingLastPathComponent().path()
        } else {
            command.folder
        }
    }

    /// Everything that is in the database, and the file's bytes where it is one.
    func snapshot() throws -> Snapshot {
        let connection = try database.connect()
        var file: Data?
        if case .sqlite(let path) = database { file = try Data(contentsOf: URL(filePath: path)) }
        return Snapshot(
            tables: try connection.readSchema().tables, contents: try DatabaseContents(of: connection), file: file)
    }

    /// Adds files to the first repository of an old hub, so that a run takes a while.
    func addFiles(_ count: Int) throws {
        let no = if case .sqlite = database { "0" } else { "false" }
        try database.connect().execute(
            """
            INSERT INTO file (repo_full_id, path_in_repo, size, sha256, lfs, created_at, updated_at)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
            SELECT (SELECT full_id FROM repository ORDER BY id LIMIT 1), 'part-' || n, n, 'hash-' || n, \(no),
                '2025-10-01 12:00:00', '2025-10-01 12:00:00'
            FROM numbers
            """)
    }

    struct Snapshot: Equatable {
        var tables: [String: Schema.Table]
        var contents: DatabaseContents
        var file: Data?
    }
}

extension TestBackend {
    /// Runs a test on a hub of its own.
    /// - Parameter fixture: The database it begins with, such as `v07`; none is an empty database.
    func withHub(_ fixture: String? = nil, _ body: (Hub) throws -> Void) throws {
        try withDatabase { database in
            if let fixture { try database.load(Repository.fixture(fixture, self)) }
            try withTemporaryFolder { folder in
                // The hub's own variable takes no parameters, and a server of tests is named by one.
                let variable = self == .sqlite ? "KOHAKU_HUB_DATABASE_URL" : "DATABASE_URL"
                let environment = [variable: database.url]
                try body(Hub(database: database, command: Command(folder: folder, environment: environment)))
            }
        }
    }
}

/// The files of this repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Every source file, one after the other.
    static func sources() throws -> String {
        let files = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    static func fixture(_ name: String, _ backend: TestBackend) -> String {
        let folder = root.appending(path: "Tests/KohakuHubMigrationsTests/Fixtures/Databases")
        return folder.appending(path: "\(name).\(backend.rawValue).sql.gz").path()
    }
}
