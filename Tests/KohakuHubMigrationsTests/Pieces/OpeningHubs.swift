import Foundation
import KohakuHubMigrations
import Logging
import Migrations
import MigrationsTesting
import Testing

@Suite("Opening a hub's database")
struct OpeningHubs {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("to look shows a hub that does not exist yet as an empty one, and creates no file")
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
        "in a folder that is missing fails and names the folder",
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

    @Test("to look undoes the change that a process left unfinished when it died")
    func hotJournal() throws {
        try withTemporaryFolder { folder in
            let connection = try DatabaseURL.sqlite(path: "\(folder)/live.db").open(for: .migrating, logger: logger)
            try connection.execute(
                """
                CREATE TABLE t (n); INSERT INTO t VALUES (1); PRAGMA cache_size = 1; BEGIN;
                INSERT INTO t SELECT randomblob(300) FROM pragma_function_list; UPDATE t SET n = 2
                """)
            // What is on the disk now is what SIGKILL would leave.
            try copy("live.db", to: "hub.db", in: folder, ["", "-journal"])
            let reader = try DatabaseURL.sqlite(path: "\(folder)/hub.db").open(for: .reading, logger: logger)
            #expect(try reader.query("SELECT n FROM t").map { $0[0] } == [1])
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/hub.db-journal"))
        }
    }

    @Test("to look leaves no file beside it, whatever its journal", arguments: ["delete", "wal", "persist"])
    func noFiles(_ journal: String) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/hub.db"
            let url = DatabaseURL.sqlite(path: path)
            try url.open(for: .migrating, logger: logger).execute(
                "PRAGMA journal_mode = \(journal); CREATE TABLE t (n); INSERT INTO t VALUES (1)")
            let before = try FileManager.default.contentsOfDirectory(atPath: folder)
            let data = try Data(contentsOf: URL(filePath: path))
            for permissions in [0o644, 0o444] {
                try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
                let count = try url.open(for: .reading, logger: logger).countRows(in: "t")
                #expect(count == 1)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == before)
                #expect(try Data(contentsOf: URL(filePath: path)) == data)
            }
        }
    }

    @Test(
        "to look sees what is in the write-ahead log of one that runs, and of one that died", arguments: [true, false])
    func log(_ isRunning: Bool) throws {
        try withTemporaryFolder { folder in
            let connection = try DatabaseURL.sqlite(path: "\(folder)/hub.db").open(for: .migrating, logger: logger)
            try connection.execute("PRAGMA journal_mode = wal; CREATE TABLE t (n); INSERT INTO t VALUES (1)")
            try copy("hub.db", to: "dead.db", in: folder, ["", "-wal"])
            let path = "\(folder)/\(isRunning ? "hub.db" : "dead.db")"
            // SQLite follows a link, and keeps the log beside the file itself.
            let link = "\(folder)/link.db"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            let count = try DatabaseURL.sqlite(path: link).open(for: .reading, logger: logger).countRows(in: "t")
            #expect(count == 1)
            #expect(FileManager.default.fileExists(atPath: "\(path)-wal") == isRunning)
            try connection.execute("INSERT INTO t VALUES (2)")
        }
    }

    private func copy(_ name: String, to other: String, in folder: String, _ suffixes: [String]) throws {
        for suffix in suffixes {
            try FileManager.default.copyItem(
                atPath: "\(folder)/\(name)\(suffix)", toPath: "\(folder)/\(other)\(suffix)")
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
