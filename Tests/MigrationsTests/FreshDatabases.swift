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
