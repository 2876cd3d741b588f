import Foundation
import KohakuHubMigrations
import Logging
import Migrations
import MigrationsTesting
import Testing

/// What a disk or a copy of a running database did to a hub's file.
@Suite("A damaged SQLite file")
struct DamagedFiles {
    private static let versions = ["v07", "v10", "v14"]

    @Test("is named before consent and any change, whatever the verb", arguments: versions, ["file", "file_sha256"])
    func page(_ version: String, _ name: String) throws {
        try withHub(version) { hub in
            try hub.damage(pageOf: name) { $0 = Array(repeating: 0, count: $0.count) }
            let isTable = name == "file"
            let message =
                isTable
                ? "Table file is damaged, and some of its rows may be lost."
                : "Table file can be read, but not its index file_sha256."
            for verb in DamagedHub.Verb.allCases {
                let error = try hub.stopped(by: verb)
                #expect(error.findings.map(\.code) == ["damaged_file"])
                #expect(error.findings.map(\.message) == [message])
                #expect(error.findings[0].action?.contains(isTable ? ".recover" : ".dump") == true)
            }
            let connection = try hub.open(.reading)
            let preview = try Runner(catalogue: .kohakuHub, connection: connection)
                .plan(for: .run(to: .newest))
            #expect(preview.findings.map(\.message) == [message])
            let verification = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            #expect(verification.violations == [message])
            #expect(verification.damage == preview.findings)
        }
    }

    @Test(
        "whose index has a flipped byte is migrated by its rows, and 008 or a repair rebuilds it", arguments: versions)
    func index(_ version: String) throws {
        try withHub(version) { hub in
            let before = try DatabaseContents(of: hub.open(.migrating))
            let name = before["user"].compactMap { $0["username"]?.text }.max() ?? ""
            try hub.damage(pageOf: "user_username") { page in
                Self.flip(name, in: &page)
            }
            let connection = try hub.open(.migrating)
            let found = try connection.damage(to: ["user"], isThorough: true)
            #expect(found.map(\.message) == ["Index user_username does not match the rows of table user."])
            let runner = Runner(catalogue: .kohakuHub, connection: connection, consent: { _, _ in true })
            _ = try runner.run(to: .newest)
            #expect(Conservation(before: before, after: try DatabaseContents(of: connection)).violations == [])
            #expect(
                try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact == (version == "v07"))
            _ = try runner.repair()
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            #expect(try connection.integrity() == "ok")
            let after = try DatabaseContents(of: connection)
            #expect(Conservation(before: before, after: after).violations == [])
        }
    }

    @Test("is named however much is wrong with a table of the operator's")
    func otherComplaints() throws {
        try withHub("v14") { hub in
            try hub.open(.migrating).execute(
                #"""
                CREATE TABLE "aaa" ("n" INTEGER);
                WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 200) INSERT INTO "aaa" SELECT n FROM i;
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = 'CREATE TABLE "aaa" ("n" INTEGER CHECK ("n" < 0))' WHERE name = 'aaa';
                PRAGMA writable_schema = RESET
                """#)
            let connection = try hub.open(.migrating)
            let tables = ["user"]
            let name = try #require(
                try connection.query(#"SELECT max("username") FROM "user""#).first?[0].text)
            #expect(try connection.damage(to: tables, isThorough: true) == [])
            #expect(try connection.brokenStructures(of: tables) == [])
            try hub.damage(pageOf: "user_username") { page in
                Self.flip(name, in: &page)
            }
            #expect(try hub.open(.reading).damage(to: tables, isThorough: true).map(\.table) == ["user"])
            #expect(try !hub.open(.reading).brokenStructures(of: tables).isEmpty)
        }
    }

    @Test("whose end is missing is refused when it is opened", arguments: [DatabaseURL.Purpose.reading, .migrating])
    func truncated(_ purpose: DatabaseURL.Purpose) throws {
        try withHub("v07") { hub in
            let data = try Data(contentsOf: URL(filePath: hub.path))
            try data.prefix(100_000).write(to: URL(filePath: hub.path))
            let error = try thrownError(DatabaseError.self) { _ = try hub.open(purpose) }
            #expect(error.kind == .damaged)
            #expect(error.message == "\(hub.path) is damaged: database disk image is malformed")
            #expect(MigrationError(error).code == .checkFailed)
        }
    }

    /// Changes one bit of a text.
    private static func flip(_ text: String, in page: inout [UInt8]) {
        let place = page.firstRange(of: Array(text.utf8))
        #expect(place != nil)
        if let place { page[place.lowerBound] ^= 1 }
    }

    private func withHub(_ version: String, _ body: (HubFile) throws -> Void) throws {
        try TestBackend.sqlite.withDatabase { database in
            guard case .sqlite(let path) = database else { return }
            try Fixture(version).load(into: database)
            try body(HubFile(path: path))
        }
    }
}

/// A hub's file whose bytes a test changes.
private struct HubFile {
    var path: String

    func open(_ purpose: DatabaseURL.Purpose) throws -> any DatabaseConnection {
        try DatabaseURL.sqlite(path: path).open(
            for: purpose, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Changes the first page of a table or an index.
    func damage(pageOf name: String, _ change: (inout [UInt8]) throws -> Void) throws {
        let connection = try open(.migrating)
        let size = Int(try connection.integer("PRAGMA page_size"))
        let root = Int(
            try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = $1", [.text(name)]))
        var data = try [UInt8](Data(contentsOf: URL(filePath: path)))
        var page = Array(data[(root - 1) * size..<root * size])
        try change(&page)
        data.replaceSubrange((root - 1) * size..<root * size, with: page)
        try Data(data).write(to: URL(filePath: path))
    }

    /// What a verb throws, with nothing asked and no byte changed.
    func stopped(by verb: DamagedHub.Verb) throws -> MigrationError {
        let before = try Data(contentsOf: URL(filePath: path))
        let runner = Runner(
            catalogue: .kohakuHub, connection: try open(.migrating),
            consent: { _, _ in
                Issue.record("it asks for consent")
                return false
            })
        let error = try thrownError(MigrationError.self) { _ = try verb(runner) }
        #expect(error.code == .checkFailed)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        return error
    }
}
