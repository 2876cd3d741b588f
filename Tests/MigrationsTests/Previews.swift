import Migrations
import MigrationsTesting
import Testing

@Suite("Looking ahead changes nothing")
struct Previews {
    @Test("and reports what would run, on how many rows, with what findings", arguments: TestBackend.allCases)
    func preview(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[2].findings = [Finding(.error, code: "decide", table: "t", count: 1, message: "decide")]
        try TestRun.on(backend, columns: [1], migrations) { run throws in
            let preview = try Runner(catalogue: run.catalogue, connection: run.connection)
                .plan(for: .run(to: .newest))
            #expect(!preview.isFresh)
            #expect(preview.assessment.version == 1)
            #expect(preview.steps.map(\.migration.number) == [2, 3])
            #expect(preview.rows.map(\.table) == ["t"])
            #expect(preview.rows.map(\.count) == [1])
            #expect(preview.findings.map(\.code) == ["decide"])
            #expect(try run.columns() == [1])
        }
    }

    @Test("and reports that a database is fresh", arguments: TestBackend.allCases)
    func fresh(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            #expect(
                try Runner(catalogue: run.catalogue, connection: run.connection)
                    .plan(for: .run(to: .newest)).isFresh)
            #expect(try run.columns() == nil)
        }
    }

    @Test("and lists the statements that change something", arguments: TestBackend.allCases)
    func statements(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1]) { run throws in
            let plan = try run.runner().plan(for: .run(to: .newest))
            #expect(plan.steps.map(\.migration.number) == [2, 3])
            #expect(
                try plan.statements() == [
                    [#"ALTER TABLE "t" ADD COLUMN "c2" INTEGER"#], [#"ALTER TABLE "t" ADD COLUMN "c3" INTEGER"#],
                ])
            #expect(try run.columns() == [1])
        }
    }

    @Test("and judges a database by its schema alone", arguments: TestBackend.allCases)
    func inspection(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1]) { run throws in
            let before = try Assessment(of: run.connection, catalogue: run.catalogue)
            #expect(before.isPending)
            #expect(before.word == "older")
            #expect(before.version == 1)
            _ = try run.runner().run(to: .newest)
            #expect(try !Assessment(of: run.connection, catalogue: run.catalogue).isPending)
        }
    }
}
