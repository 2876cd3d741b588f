import Migrations
import MigrationsTesting
import Testing

/// The table `t` has the rows 1 to 4, of which `c1` is 10, 20, 30 and 40, and gets a `c2`: by sources with a fault.
@Suite("A run stops a rewrite")
struct Corruptions {
    private typealias Source = TableRewrite.Source

    private func run(
        _ backend: TestBackend, changes: [String] = [], from sources: [Source], _ body: (TestRun) throws -> Void
    ) throws {
        let columns = """
            "id" {id}
            "c1" INTEGER
            "c2" INTEGER
            """
        let rewrite = TableRewrite("t", columns: columns, indexes: "", changes: changes, from: sources)
        let migration = TestMigration(signature: .column("t", "c2"), change: { try $0.rewrite([rewrite]) })
        try TestRun.on(backend, columns: [1], [.adding(1), migration]) { run in
            try run.connection.execute(
                """
                UPDATE "t" SET "c1" = 10;
                INSERT INTO "t" ("id", "c1") VALUES (2, 20), (3, 30), (4, 40);
                CREATE TABLE "known" ("t" INTEGER);
                INSERT INTO "known" VALUES (1), (2), (2), (3);
                """)
            try body(run)
        }
    }

    /// Expects the run to fail with nothing changed.
    private func expectStop(_ backend: TestBackend, _ message: String, from sources: Source...) throws {
        try run(backend, from: sources) { run in
            let before = try DatabaseContents(of: run.connection)
            let error = try thrownError(MigrationError.self) { _ = try run.runner().run(to: .newest) }
            #expect(error.code == .failed)
            #expect(error.migration == "002 change_2")
            #expect(error.message.contains(message), "\(error.message)")
            #expect(try DatabaseContents(of: run.connection) == before)
        }
    }

    @Test("whose join drops rows", arguments: TestBackend.allCases)
    func dropped(_ backend: TestBackend) throws {
        let from = #""t" AS old JOIN (SELECT DISTINCT "t" FROM "known") AS k ON k."t" = old."id""#
        try expectStop(backend, "not accounted for: 4 before", from: .kept(from: from))
        try expectStop(backend, "not accounted for: 4 before", from: .kept(from: #""t" AS old WHERE false"#))
    }

    @Test("whose join doubles rows", arguments: TestBackend.allCases)
    func doubled(_ backend: TestBackend) throws {
        // Under new ids, for which the primary key has no objection.
        let from = #""t" AS old LEFT JOIN "known" AS k ON k."t" = old."id""#
        let id = #"10 * old."id" + row_number() OVER ()"#
        try expectStop(backend, "not accounted for: 4 before", from: .kept(from: from, values: ["id": id]))
        try expectStop(
            backend, "not accounted for: 4 before", from: .kept(from: #""t" AS old"#),
            .kept(from: #""t" AS old WHERE "id" = 2"#, values: ["id": "9"]))
    }

    @Test("whose join drops as many rows as it doubles", arguments: TestBackend.allCases)
    func compensated(_ backend: TestBackend) throws {
        try expectStop(
            backend, "contents of t changed", from: .kept(from: #""t" AS old WHERE "id" <> 4"#),
            .kept(from: #""t" AS old WHERE "id" = 2"#, values: ["id": "9"]))
        // Also when the doubled row takes the dropped one's id.
        try expectStop(
            backend, "contents of t changed", from: .kept(from: #""t" AS old WHERE "id" <> 4"#),
            .kept(from: #""t" AS old WHERE "id" = 2"#, values: ["id": "4"]))
    }

    @Test("that changes a column which it does not declare", arguments: TestBackend.allCases)
    func changed(_ backend: TestBackend) throws {
        for value in [
            #"old."c1" + 1"#, #"CASE WHEN old."id" = 3 THEN NULL ELSE old."c1" END"#,
            #"CASE WHEN old."id" = 3 THEN 31 ELSE old."c1" END"#, #"50 - old."c1""#,
        ] {
            try expectStop(
                backend, "contents of t changed", from: .kept(from: #""t" AS old"#, values: ["c1": value]))
        }
    }

    @Test("that exchanges the ids of two rows", arguments: TestBackend.allCases)
    func exchanged(_ backend: TestBackend) throws {
        try expectStop(
            backend, "contents of t changed", from: .kept(from: #""t" AS old"#, values: ["id": #"5 - old."id""#]))
    }

    @Test("but not one that changes what it declares", arguments: TestBackend.allCases)
    func declared(_ backend: TestBackend) throws {
        let source = Source.kept(from: #""t" AS old"#, values: ["c1": #"old."c1" + 1"#])
        try run(backend, changes: ["c1"], from: [source]) { run in
            _ = try run.runner().run(to: .newest)
            let values = try run.connection.query(#"SELECT "c1" FROM "t" ORDER BY "id""#).map { $0[0] }
            #expect(values == [11, 21, 31, 41])
        }
    }
}
