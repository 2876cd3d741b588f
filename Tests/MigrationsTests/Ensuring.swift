import Migrations
import MigrationsTesting
import Testing

@Suite("After the last migration")
struct Ensuring {
    @Test("tables and indexes that are missing are created, and reported", arguments: TestBackend.allCases)
    func missing(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1, 2]) { run throws in
            var run = run
            run.catalogue.canonicalTables[0].indexes = [.on("c1")]
            run.catalogue.canonicalTables.append(TableDefinition("u", columns: [.id], indexes: [.unique("id")]))
            let report = try run.runner().run(to: .newest)
            #expect(report.reconciled.map(\.kind) == [.missingIndex, .missingTable])
            #expect(try run.connection.readSchema().tables["t"]?.index("t_c1")?.columns == ["c1"])
            #expect(try run.connection.readSchema().tables["u"]?.index("u_id")?.isUnique == true)
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("but not before it", arguments: TestBackend.allCases)
    func notYet(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run throws in
            var run = run
            run.catalogue.canonicalTables.append(TableDefinition("u", columns: [.id]))
            #expect(try run.runner().run(to: .upTo(2)).reconciled == [])
            #expect(try run.connection.readSchema().tables["u"] == nil)
        }
    }

    @Test("what a superseded migration should have made is made, with consent", arguments: TestBackend.allCases)
    func missingColumns(_ backend: TestBackend) throws {
        // The newest signature holds, but older columns are missing: nothing is pending, and all the same it is not exact.
        try TestRun.on(backend, columns: [3]) { run throws in
            let before = try run.connection.readSchema()
            let refusal = try thrownError(MigrationError.self) {
                _ = try run.runner(consent: { _, _ in false }).run(to: .newest)
            }
            #expect(refusal.code == .consentRequired)
            #expect(try run.connection.readSchema() == before)
            let report = try run.runner().run(to: .newest)
            #expect(report.migrations.isEmpty)
            #expect(report.reconciled.map(\.name) == ["c1", "c2"])
            #expect(try run.columns()?.sorted() == [1, 2, 3])
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("a superseded migration that can run late is applied late", arguments: TestBackend.allCases)
    func late(_ backend: TestBackend) throws {
        var migrations = (1...3).map(TestMigration.adding)
        migrations[1].canRunLate = true
        try TestRun.on(backend, columns: [3], migrations) { run throws in
            let report = try run.runner().run(to: .newest)
            #expect(report.migrations.map(\.migration.number) == [2])
            #expect(report.reconciled.map(\.name) == ["c1"])
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("what cannot be fixed is an error that names it, and nothing is lost", arguments: TestBackend.allCases)
    func unknowable(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1, 2, 3]) { run throws in
            var run = run
            run.catalogue.canonicalTables[0].columns.append(.required("name", .string))
            let before = try DatabaseContents(of: run.connection)
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.message).contains { $0.contains("Table t has no column name") })
            #expect(try DatabaseContents(of: run.connection) == before)
        }
    }

    @Test("what is the operator's own is mentioned, never touched", arguments: TestBackend.allCases)
    func own(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run throws in
            try run.connection.execute(
                """
                ALTER TABLE "t" ADD COLUMN "note" TEXT;
                CREATE INDEX "own_note" ON "t" ("note");
                CREATE TABLE "badge" ("n" INTEGER);
                """)
            let report = try run.runner().run(to: .newest)
            #expect(report.mentioned.map(\.kind) == [.ownColumn, .ownIndex, .ownTable])
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("a repair takes names with quotes as they are", arguments: TestBackend.allCases)
    func quotedNames(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [1, 2, 3]) { run throws in
            var run = run
            run.catalogue.canonicalTables = [
                TableDefinition("o'neil", columns: [.id]),
                TableDefinition(
                    "t",
                    columns: [
                        .id, .optional("c1", .integer).references("o'neil", onDelete: .setNull),
                        .required("c2", .integer).references("o'neil", onDelete: .cascade), .optional("c3", .integer),
                        .required("o'clock", .integer),
                    ], indexes: [.unique("c3")]),
            ]
            let connection = run.connection
            try connection.execute(
                connection.dialect.spelling(
                    """
                    CREATE TABLE "o'neil" ("id" {id}); INSERT INTO "o'neil" DEFAULT VALUES; DELETE FROM "t";
                    ALTER TABLE "t" ADD COLUMN "o'clock" INTEGER;
                    INSERT INTO "t" VALUES (11, 1, 1, 1, 7), (12, 9, 1, 2, 7), (13, 1, 9, 3, 7), (14, 1, 1, 1, 7),
                        (15, 1, 1, 4, NULL)
                    """))
            _ = try run.runner().repair()
            #expect(
                try connection.query(#"SELECT "id", "c1" FROM "t" ORDER BY "id""#)
                    == [DatabaseRow([11, 1]), DatabaseRow([12, .null])])
            let reasons = try connection.query(
                "SELECT source_id, reason FROM \(run.catalogue.quarantine.table) ORDER BY source_id")
            #expect(reasons.map { $0[0] } == [13, 14, 15])
            #expect(reasons[0][1] == "o'neil 9 no longer exists")
            #expect(reasons[1][1] == "another row has the same c3")
            #expect(reasons[2][1] == "it has no o'clock")
            #expect(try run.runner().run(to: .newest).isUnchanged)
        }
    }

    @Test("a verification finds the same", arguments: TestBackend.allCases)
    func verification(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [3]) { run throws in
            try run.connection.execute(#"ALTER TABLE "t" ADD COLUMN "note" TEXT"#)
            let mixed = try Assessment(of: run.connection, catalogue: run.catalogue, isThorough: true)
            #expect(mixed.managedDrift.map(\.kind) == [.missingColumn, .missingColumn])
            #expect(mixed.drift.filter { $0.disposition == .unmanaged }.map(\.kind) == [.ownColumn])
            #expect(!mixed.isExact)
            try run.connection.execute(
                #"ALTER TABLE "t" ADD COLUMN "c1" INTEGER; ALTER TABLE "t" ADD COLUMN "c2" INTEGER"#)
            #expect(try Assessment(of: run.connection, catalogue: run.catalogue, isThorough: true).isExact)
        }
    }
}
