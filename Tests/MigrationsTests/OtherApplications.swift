import Foundation
import Migrations
import MigrationsTesting
import Testing

/// The engine serves any application.
@Suite("The operator of another application")
struct OtherApplications {
    private static let ordinary = (1...3).map(TestMigration.adding)

    /// One way in which a command stops.
    private struct Stop: Sendable {
        var code: MigrationError.Code
        var columns: [Int]?
        var migrations = OtherApplications.ordinary
        /// What is done to the database before, in the words of both dialects.
        var sql = ""
        var command: @Sendable (Runner) throws -> Void = { _ = try $0.run(to: .newest) }
    }

    private static func changing(_ change: @escaping @Sendable (MigrationContext) throws -> Void) -> [TestMigration] {
        [TestMigration(signature: .column("t", "c1"), change: change)]
    }

    private static let stops = [
        Stop(code: .schemaDiffers, sql: "CREATE TABLE books (id INTEGER PRIMARY KEY)"),
        Stop(code: .schemaDiffers, columns: [1], command: { _ = try $0.initialize() }),
        Stop(code: .schemaDiffers, command: { _ = try $0.repair() }),
        Stop(code: .usage, columns: [1], command: { _ = try $0.run(to: .only(9)) }),
        Stop(code: .usage, columns: [1, 2], command: { _ = try $0.run(to: .upTo(1)) }),
        Stop(code: .usage, columns: [], command: { _ = try $0.run(to: .only(3)) }),
        Stop(code: .usage, command: { _ = try $0.run(to: .upTo(1)) }),
        Stop(code: .usage, columns: [], command: { _ = try Quarantine().rows([7], of: $0.connection) }),
        Stop(
            code: .checkFailed, columns: [],
            migrations: [
                TestMigration(
                    signature: .column("t", "c1"),
                    findings: [Finding(.error, code: "odd", table: "t", count: 1, message: "odd")])
            ]),
        Stop(
            code: .consentRequired, columns: [],
            migrations: [TestMigration(signature: .column("t", "c1"), consent: "it is slow.")],
            command: { runner in
                var runner = runner
                runner.consent = { _, _ in false }
                _ = try runner.run(to: .newest)
            }),
        Stop(
            code: .schemaDiffers, columns: [],
            migrations: [TestMigration(signature: .column("t", "c1"), found: "half of it")]),
        Stop(code: .failed, columns: [], migrations: changing { _ in }),
        Stop(code: .failed, columns: [], migrations: changing { try $0.addColumn("c1 INTEGER", to: "t") }),
        Stop(
            code: .failed, columns: [],
            migrations: changing { try $0.rewrite([TableRewrite("gone", columns: #""id" {id}"#, indexes: "")]) }),
        Stop(code: .schemaDiffers, columns: [], migrations: changing { try $0.execute("DROP TABLE gone") }),
        Stop(
            code: .schemaDiffers, migrations: [TestMigration.adding(1)],
            sql: #"CREATE TABLE "t" ("id" {id}, "c1" INTEGER, "extra" INTEGER NOT NULL)"#),
        Stop(
            code: .checkFailed, migrations: [TestMigration.adding(1)],
            sql: #"CREATE TABLE "t" ("id" {id}, "c1" INTEGER UNIQUE)"#),
    ]

    @Test("reads no word of the hub when a command stops", arguments: TestBackend.allCases)
    func stops(_ backend: TestBackend) throws {
        for (place, stop) in Self.stops.enumerated() {
            try TestRun.on(backend, columns: stop.columns, stop.migrations) { run in
                try run.connection.execute(run.connection.dialect.spelling(stop.sql))
                let error = try thrownError(MigrationError.self) { try stop.command(run.runner()) }
                #expect(error.code == stop.code, "\(place): \(error.message)")
                expectForeign(error)
            }
        }
    }

    @Test(
        "reads none when the database fails, whatever its kind",
        arguments: [
            DatabaseError.Kind.unreachable, .readOnly, .notADatabase, .ambiguous, .damaged, .locked, .constraint, .full,
            .exhausted, .interrupted, .cancelled, .notPermitted, .other,
        ])
    func databaseErrors(_ kind: DatabaseError.Kind) {
        expectForeign(MigrationError(DatabaseError(kind, "it failed"), during: "001 change_1"))
    }

    @Test("reads none in the drift of a schema", arguments: SchemaDifference.Kind.allCases)
    func drift(_ kind: SchemaDifference.Kind) {
        expectForeign(
            MigrationError(
                .schemaDiffers, "it differs", differences: [SchemaDifference(kind, table: "t", name: "c1")]))
    }

    @Test("reads none in any other text", arguments: ["Migrations", "MigrationsSQLite", "MigrationsPostgreSQL"])
    func sources(_ module: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/\(module)")
        let files = FileManager.default.enumerator(at: folder.standardized, includingPropertiesForKeys: nil)
        let sources = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
        #expect(!sources.isEmpty)
        for source in sources {
            for line in try String(contentsOf: source, encoding: .utf8).split(separator: "\n") {
                guard !line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") else { continue }
                #expect(
                    !line.lowercased().contains(#/\bhub|\bkohaku|\borgani[sz]ation/#),
                    "\(source.lastPathComponent): \(line)")
            }
        }
    }

    private func expectForeign(_ error: MigrationError) {
        var texts = [error.message, error.nextStep ?? "", "\(error.underlying as Any)"]
        for finding in error.findings { texts += [finding.message, finding.action ?? ""] + finding.examples }
        texts += error.differences.map(\.description)
        for text in texts.map({ $0.lowercased() }) {
            #expect(!text.contains("hub") && !text.contains("kohaku"), "\(text)")
        }
        #expect(!error.message.isEmpty)
    }
}
