import Migrations
import MigrationsTesting
import Testing

@Suite("Looking ahead changes nothing")
struct Previews {
    @Test("and tells what would run, on how many rows, with what findings", arguments: TestBackend.allCases)
    func preview(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[2].findings = [Finding(.error, code: "decide", table: "t", count: 1, message: "decide")]
        try TestRun.on(backend, columns: [1], migrations) { run throws in
            let preview = try RunPreview(of: run.connection, catalogue: run.catalogue, target: .newest)
            #expect(!preview.isFresh)
            #expect(preview.version == 1)
            #expect(preview.pending.map(\.migration.number) == [2, 3])
            #expect(preview.rows.map(\.table) == ["t"])
            #expect(preview.rows.map(\.count) == [1])
            #expect(preview.findings.map(\.code) == ["decide"])
            #expect(try run.columns() == [1])
        }
    }

    @Test("and tells that a database is fresh", arguments: TestBackend.allCases)
    func fresh(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: nil) { run throws in
            #expect(try RunPreview(of: run.connection, catalogue: run.catalogue, target: .newest).isFresh)
            #expect(try run.columns() == nil)
        }
    }

    @Test("and lists the statements that change something", arguments: TestBackend.allCases)
    func statements(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1]) { run throws in
            let preview = try StatementPreview(
                of: Array(run.catalogue.migrations.dropFirst()), in: run.catalogue, on: run.connection)
            #expect(preview.entries.map(\.migration.number) == [2, 3])
            #expect(
                preview.entries.map(\.statements) == [
                    [#"ALTER TABLE "t" ADD COLUMN "c2" INTEGER"#], [#"ALTER TABLE "t" ADD COLUMN "c3" INTEGER"#],
                ])
            #expect(try run.columns() == [1])
        }
    }

    @Test("and judges a database by its schema alone", arguments: TestBackend.allCases)
    func inspection(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1]) { run throws in
            let inspection = try Inspection(of: run.connection, catalogue: run.catalogue)
            #expect(try Diagnosis(inspection, catalogue: run.catalogue).isPending)
            guard case .known(let plan) = inspection.state else {
                Issue.record("the database is not known: \(inspection.state)")
                return
            }
            #expect(plan.version == 1)
            _ = try run.runner().run(to: .newest)
            let after = try Inspection(of: run.connection, catalogue: run.catalogue)
            #expect(try !Diagnosis(after, catalogue: run.catalogue).isPending)
        }
    }
}
