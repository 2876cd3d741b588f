import Foundation
import KohakuHubMigrations
import Logging
import Migrations
import MigrationsTesting
import Testing

@Suite("Opening a hub's database")
struct OpeningHubs {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("to look shows a hub that is not there yet as an empty one, and makes no file")
    func missing() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/hub.db"
            let connection = try DatabaseURL.sqlite(path: path).open(for: .reading, logger: logger)
            #expect(try connection.readSchema().tables.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("to migrate makes the file")
    func made() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/hub.db"
            try DatabaseURL.sqlite(path: path).open(for: .migrating, logger: logger).execute(
                "CREATE TABLE t (n INTEGER)")
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(
        "in a folder that is not there fails and names the folder",
        arguments: [DatabaseURL.Purpose.reading, .migrating])
    func noFolder(_ purpose: DatabaseURL.Purpose) throws {
        let url = DatabaseURL.sqlite(path: "/no/such/folder/hub.db")
        let error = try thrownError(DatabaseError.self) { _ = try url.open(for: purpose, logger: logger) }
        #expect(error.kind == .unreachable)
        #expect(error.message.hasSuffix("there is no folder /no/such/folder"))
    }

    @Test("that is write-protected is possible to look, not to migrate, whoever runs it")
    func protected() throws {
        try withTemporaryFolder { folder in
            let url = DatabaseURL.sqlite(path: "\(folder)/hub.db")
            try url.open(for: .migrating, logger: logger).execute("CREATE TABLE t (n INTEGER)")
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(folder)/hub.db")
            let error = try thrownError(DatabaseError.self) { _ = try url.open(for: .migrating, logger: logger) }
            #expect(error.kind == .readOnly)
            let reader = try url.open(for: .reading, logger: logger)
            #expect(try reader.countRows(in: "t") == 0)
        }
    }

    @Test("takes a URL whose every part an operator wrote", arguments: TestBackend.allCases)
    func url(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let connection = try DatabaseURL(database.url).open(for: .migrating, logger: logger)
            #expect(connection.dialect == backend.dialect)
            try connection.execute("CREATE TABLE t (n INTEGER)")
            #expect(try database.connect().readSchema().tables["t"] != nil)
        }
    }
}
