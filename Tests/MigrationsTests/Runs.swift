import Migrations
import MigrationsTesting
import Synchronization
import Testing

@Suite("A run")
struct Runs {
    @Test("does what is pending in order, each in its own transaction", arguments: TestBackend.allCases)
    func order(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1]) { run throws in
            let (report, statements) = try run.counted()
            #expect(report.migrations.map(\.migration.title) == ["002 change_2", "003 change_3"])
            #expect(statements.commits == 2)
            #expect(report.version == 3)
            #expect(try run.columns() == [1, 2, 3])
            #expect(try run.connection.countRows(in: "t") == 1)
        }
    }

    @Test("does nothing the second time, and writes nothing", arguments: TestBackend.allCases)
    func second(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run throws in
            _ = try run.runner().run(to: .newest)
            let (report, statements) = try run.counted()
            #expect(report.isUnchanged)
            #expect(report.version == 3)
            #expect(statements.commits == 0)
            #expect(statements.count < 20)
        }
    }

    @Test(
        "with nothing to do asks no more of the database for sixty migrations than for three",
        arguments: TestBackend.allCases)
    func many(_ backend: TestBackend) throws {
        let counts = try [3, 60].map { count in
            try TestRun.on(backend, columns: Array(1...count), (1...count).map(TestMigration.adding)) { run throws in
                let (report, statements) = try run.counted()
                #expect(report.isUnchanged)
                return statements.count
            }
        }
        #expect(counts[0] == counts[1])
    }

    @Test("stops at a failure, which is rolled back; later ones are not tried", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].change = { context in
            try context.addColumn(#""c2" INTEGER"#, to: "t")
            try context.execute(#"INSERT INTO "t" ("id") VALUES (2)"#)
            // It has a row of this id, which an empty copy does not show.
            try context.execute(#"INSERT INTO "t" ("id") VALUES (1)"#)
        }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var started: [String] = []
            let runner = run.runner(emit: { event in
                if case .started(let migration) = event { started.append(migration.title) }
            })
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .failed)
            #expect(error.migration == "002 change_2")
            #expect(error.committed == ["001 change_1"])
            #expect(error.underlying is DatabaseError)
            #expect(error.nextStep?.contains("rolled back") == true)
            #expect(started == ["001 change_1", "002 change_2"])
            #expect(try run.columns() == [1])
            #expect(try run.connection.countRows(in: "t") == 1)
        }
    }

    @Test(
        "stops before the first migration where the schema shows that one would fail", arguments: TestBackend.allCases)
    func foretold(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].change = { try $0.execute("INSERT INTO nothing VALUES (1)") }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .schemaDiffers)
            #expect(error.migration == "002 change_2")
            #expect(error.message.contains("nothing"))
            #expect(error.committed.isEmpty)
            #expect(try run.columns() == [])
            let told = try #require(
                try Runner(catalogue: run.catalogue, connection: run.connection)
                    .plan(for: .run(to: .newest)).refusal)
            #expect(told.message == error.message)
            // It is not in the way of the first.
            #expect(try run.runner().run(to: .upTo(1)).version == 1)
        }
    }

    @Test("continues where it stopped once the cause is fixed", arguments: TestBackend.allCases)
    func mended(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].change = { context in
            try context.execute(#"INSERT INTO "t" ("id") VALUES (1)"#)
            try context.addColumn(#""c2" INTEGER"#, to: "t")
        }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            try run.connection.execute(#"DELETE FROM "t" WHERE "id" = 1"#)
            let report = try run.runner().run(to: .newest)
            #expect(report.migrations.map(\.migration.number) == [2, 3])
        }
    }

    @Test("rolls back a migration whose signature does not hold after it", arguments: TestBackend.allCases)
    func signature(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].change = { try $0.addColumn(#""other" INTEGER"#, to: "t") }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .failed)
            #expect(error.message.contains("column t.c2 exists"))
            #expect(try run.connection.readSchema().column("t", "other") == nil)
        }
    }

    @Test("stops at the target", arguments: TestBackend.allCases)
    func target(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run throws in
            let report = try run.runner().run(to: .upTo(2))
            #expect(report.version == 2)
            #expect(try run.columns() == [1, 2])
            #expect(try run.runner().run(to: .only(3)).migrations.map(\.migration.number) == [3])
        }
    }

    @Test(
        "checks the rows again under the lock, as somebody may have written meanwhile", arguments: TestBackend.allCases)
    func checkedAgain(_ backend: TestBackend) throws {
        for isWritten in [false, true] {
            let seen = Mutex<[Int64]>([])
            var migration = TestMigration.adding(1)
            migration.consent = "it is the first"
            migration.look = { context in
                let rows = try context.connection.countRows(in: "t")
                seen.withLock { $0.append(rows) }
            }
            try TestRun.on(backend, columns: [], [migration]) { run throws in
                let rows = try run.connection.countRows(in: "t")
                let runner = run.runner { _, _ in
                    if isWritten { try run.database.connect().execute(#"INSERT INTO "t" ("id") VALUES (7)"#) }
                    return true
                }
                _ = try runner.run(to: .newest)
                #expect(seen.withLock { $0 } == [rows, isWritten ? rows + 1 : rows])
            }
        }
    }

    @Test("leaves alone what another process did in the meantime", arguments: TestBackend.allCases)
    func overtaken(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[0].consent = "it is the first"
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var overtaken: [String] = []
            let runner = run.runner { _, _ in
                // The other process does it all between the plan and the first transaction.
                let other = try run.database.connect()
                _ = try Runner(catalogue: run.catalogue, connection: other).runWithoutLead(to: .newest)
                return true
            } emit: { event in
                if case .overtaken(let migration) = event { overtaken.append(migration.title) }
            }
            let report = try runner.run(to: .newest)
            #expect(overtaken == ["001 change_1", "002 change_2", "003 change_3"])
            #expect(report.migrations.map(\.migration.title) == [])
            #expect(report.version == 3)
        }
    }

    @Test(
        "decides once what its check and its change need, and again when a row was written meanwhile",
        arguments: TestBackend.allCases, [false, true])
    func decisions(_ backend: TestBackend, _ isWritten: Bool) throws {
        let decide: @Sendable (MigrationContext) throws -> Void = { context in
            guard !context.isDecided else { return }
            try context.dropTemporaryTables(["decided"])
            try context.execute(#"CREATE TEMPORARY TABLE decided AS SELECT count(*) AS n FROM "t""#)
            context.isDecided = true
        }
        var migrations = (1...3).map(TestMigration.adding)
        migrations[0].consent = "it is the first"
        migrations[0].look = decide
        migrations[0].change = { context in
            try decide(context)
            try context.addColumn(#""c1" INTEGER"#, to: "t")
            try context.execute(#"UPDATE "t" SET "c1" = (SELECT n FROM decided); DROP TABLE decided"#)
        }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            var decisions = 0
            run.connection.onStatement = { if $0.contains("TABLE decided AS") { decisions += 1 } }
            let runner = run.runner { _, _ in
                if isWritten { try run.database.connect().execute(#"INSERT INTO "t" DEFAULT VALUES"#) }
                return true
            }
            _ = try runner.run(to: .newest)
            #expect(decisions == (isWritten ? 2 : 1))
            let values = try run.connection.query(#"SELECT "c1" FROM "t""#).map { $0[0].integer }
            #expect(values == (isWritten ? [2, 2] : [1]))
        }
    }

    @Test("that fails says what it did itself, and what another process did meanwhile", arguments: TestBackend.allCases)
    func shared(_ backend: TestBackend) throws {
        var migrations = (1...4).map(TestMigration.adding)
        // The second is done with the first, by whoever does that.
        migrations[0].change = { context in
            try context.addColumn(#""c1" INTEGER"#, to: "t")
            try context.addColumn(#""c2" INTEGER"#, to: "t")
        }
        migrations[3].change = { try $0.execute(#"INSERT INTO "t" ("id") VALUES (1)"#) }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let other = Runner(catalogue: run.catalogue, connection: try run.database.connect())
            let runner = run.runner(emit: { event in
                if case .started(let migration) = event, migration.number == 3 {
                    _ = try? other.runWithoutLead(to: .upTo(3))
                }
            })
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.migration == "004 change_4")
            #expect(error.committed == ["001 change_1"])
            #expect(error.overtaken == ["003 change_3"])
        }
    }

    @Test("does not call a look that failed a migration, or rolled back", arguments: TestBackend.allCases)
    func looks(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].look = { _ = try $0.connection.query("SELECT nothing FROM t") }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let looks = [
                { _ = try run.runner().plan(for: .run(to: .newest)) }, { _ = try run.runner().run(to: .newest) },
            ]
            for look in looks {
                let error = try thrownError(MigrationError.self, by: look)
                #expect(error.migration == "the check of 002 change_2")
                #expect(error.nextStep == "Nothing was changed. Fix the cause, then run again.")
            }
        }
    }

    @Test("that only tries a repair does not say that it rolled back", arguments: TestBackend.allCases)
    func triedRepair(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].change = { try $0.execute(#"INSERT INTO "t" ("id") VALUES (1)"#) }
        try TestRun.on(backend, columns: [], migrations) { run throws in
            let error = try thrownError(MigrationError.self) {
                let runner = run.runner()
                _ = try runner.execute(runner.plan(for: .repair(isDryRun: true)))
            }
            #expect(error.migration == "the repair")
            #expect(error.nextStep == "Nothing was changed. Fix the cause, then run again.")
            #expect(try run.columns() == [])
        }
    }

    @Test("waits for another migration only so long, and says so", arguments: TestBackend.allCases)
    func locked(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run throws in
            let impatient = try run.database.connect(lockTimeout: .zero)
            try run.connection.withMigrationTransaction {
                let error = try thrownError(MigrationError.self) {
                    _ = try Runner(catalogue: run.catalogue, connection: impatient).run(to: .newest)
                }
                #expect(error.code == .locked)
            }
            #expect(try run.columns() == [])
        }
    }
}
