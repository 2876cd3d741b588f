import Migrations
import MigrationsTesting
import Testing

@Suite("Before anything changes")
struct Consents {
    private var migrations: [TestMigration] {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].consent = "it rewrites everything."
        return migrations
    }

    @Test("the operator is asked, and a refusal changes nothing", arguments: TestBackend.allCases)
    func refused(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var asked: [String] = []
            let runner = run.runner { subject, question throws in
                asked.append("\(subject): \(question)")
                #expect(try run.columns() == [])
                return false
            }
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(asked == ["migration 002 change_2: it rewrites everything."])
            #expect(error.code == .consentRequired)
            #expect(error.migration == "002 change_2")
            #expect(error.nextStep?.contains("--yes") == true)
            // Not even the first migration, which asks nothing.
            #expect(try run.columns() == [])
        }
    }

    @Test(
        "a backup is made of the version that the database has by then, if there is still something to change",
        arguments: TestBackend.allCases, [(1, [0, 1], 1), (3, [0], nil)])
    func overtaken(_ backend: TestBackend, _ expected: (target: Int, asked: [Int], made: Int?)) throws {
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var runner = run.runner { _, _ throws in
                let other = Runner(catalogue: run.catalogue, connection: try run.database.connect())
                _ = try other.runWithoutLead(to: .upTo(expected.target))
                return true
            }
            var asked: [Int] = []
            runner.backUp = { version throws in
                asked.append(version)
                let isStill = try run.columns()?.count == version
                return isStill ? Backup(path: "", size: 0, version: version) : nil
            }
            let report = try runner.run(to: .newest)
            #expect(asked == expected.asked)
            #expect(report.backup?.version == expected.made)
            #expect(try run.columns() == [1, 2, 3])
        }
    }

    @Test("a backup that is not made stops the run", arguments: TestBackend.allCases)
    func noBackup(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var runner = run.runner()
            runner.backUp = { _ in nil }
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .consentRequired)
            #expect(try run.columns() == [])
        }
    }

    @Test("nobody is asked about a migration that does not run", arguments: TestBackend.allCases)
    func notAsked(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let runner = run.runner { _, _ in
                Issue.record("nothing to ask")
                return false
            }
            _ = try runner.run(to: .upTo(1))
            try run.connection.execute(#"ALTER TABLE "t" ADD COLUMN "c2" INTEGER"#)
            _ = try runner.run(to: .newest)
        }
    }

    @Test("what must be decided stops the run, and all of it is reported at once", arguments: TestBackend.allCases)
    func findings(_ backend: TestBackend) throws {
        var migrations = migrations
        migrations[0].findings = [Finding(.warning, code: "odd", table: "t", count: 1, message: "odd")]
        migrations[1].findings = [Finding(.error, code: "first", table: "t", count: 1, message: "decide")]
        migrations[2].findings = [Finding(.error, code: "second", table: "t", count: 2, message: "decide")]
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var told: [String] = []
            let runner = run.runner { _, _ in
                Issue.record("there is nothing to agree to yet")
                return true
            } emit: { event in
                if case .found(let finding) = event {
                    told.append("\(finding.migration ?? 0) \(finding.code)")
                }
            }
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["first", "second"])
            #expect(told == ["1 odd", "2 first", "3 second"])
            #expect(try run.columns() == [])
        }
    }

    @Test("what the rules decide is reported, and the run goes on", arguments: TestBackend.allCases)
    func warnings(_ backend: TestBackend) throws {
        var migrations = migrations
        migrations[0].findings = [Finding(.warning, code: "odd", table: "t", count: 1, message: "odd")]
        try TestRun.on(backend, columns: [], migrations) { run throws in
            _ = try run.runner().run(to: .newest)
            #expect(try run.columns() == [1, 2, 3])
        }
    }
}
