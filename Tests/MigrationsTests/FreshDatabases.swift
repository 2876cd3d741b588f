import Migrations
import MigrationsTesting
import Testing

@Suite("A fresh database")
struct FreshDatabases {
    @Test("gets the canonical schema in one transaction, and no migration runs", arguments: TestBackend.allCases)
    func created(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            let (report, statements) = try run.counted()
            #expect(statements.commits == 1)
            #expect(report.wasFresh)
            #expect(report.version == 3)
            #expect(report.migrations.map(\.migration.title) == [])
            #expect(try run.columns() == [1, 2, 3])
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("stays fresh when a table cannot be created", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            var run = run
            run.catalogue.canonicalTables.append(TableDefinition("t", columns: [.id]))
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .failed)
            #expect(try run.connection.readSchema().tables.isEmpty)
        }
    }

    @Test(
        "that another process fills meanwhile is upgraded, and an error tells what was committed",
        arguments: TestBackend.allCases)
    func overtaken(_ backend: TestBackend) throws {
        struct Failure: Error {}
        var failing = TestMigration.adding(3)
        failing.change = { _ in throw Failure() }
        try TestRun.on(backend, columns: nil, [.adding(1), .adding(2), failing]) { run in
            let error = try thrownError(MigrationError.self) {
                _ = try run.runner(emit: { event in
                    guard case .creating = event, let other = try? run.database.connect() else { return }
                    try? other.execute(
                        other.dialect.spelling(
                            #"CREATE TABLE "t" ("id" {id}, "c1" INTEGER); INSERT INTO "t" DEFAULT VALUES"#))
                }).run(to: .newest)
            }
            #expect(error.migration == "003 change_3")
            #expect(error.committed == ["002 change_2"])
            #expect(try run.columns() == [1, 2])
            #expect(try run.connection.countRows(in: "t") == 1)
        }
    }

    @Test("takes no older target", arguments: TestBackend.allCases)
    func olderTarget(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .upTo(2)) }
            #expect(error.code == .usage)
            #expect(try run.connection.readSchema().tables.isEmpty)
            #expect(try run.runner().run(to: .upTo(3)).wasFresh)
        }
    }

    @Test("is the only one that can be initialized", arguments: TestBackend.allCases)
    func initialize(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            #expect(try run.runner().initialize().wasFresh)
            let error = try thrownError(MigrationError.self) { _ = try run.runner().initialize() }
            #expect(error.code == .schemaDiffers)
        }
    }

    @Test("is none that has tables of something else: it is refused untouched", arguments: TestBackend.allCases)
    func foreign(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            try run.connection.execute("CREATE TABLE wp_posts (n INTEGER); INSERT INTO wp_posts VALUES (1)")
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .schemaDiffers)
            #expect(error.message.contains("wp_posts"))
            #expect(try DatabaseContents(of: run.connection).rowCounts == ["wp_posts": 1])
        }
    }
}
