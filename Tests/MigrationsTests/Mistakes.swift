import Migrations
import MigrationsTesting
import Testing

/// What somebody may mistype in a migration: the run says what was given and what is expected, and nothing is changed.
@Suite("A mistake in a migration")
struct Mistakes {
    struct Mistake: Sendable, CustomStringConvertible {
        var description: String
        /// What the message quotes.
        var given: String
        /// What the next step says.
        var expected: String
        var change: @Sendable (MigrationContext) throws -> Void
    }

    private static func rewrite(
        columns: String = #""id" {id}"#, foreignKeys: String = "", indexes: String = "", values: [String: String] = [:]
    ) -> TableRewrite {
        TableRewrite(
            "t", columns: columns, foreignKeys: foreignKeys, indexes: indexes,
            from: [.kept(from: #""t" AS old"#, values: values)])
    }

    static let all = [
        Mistake(description: "a column without quotes", given: "priority INTEGER", expected: #""priority" INTEGER"#) {
            try $0.addColumn("priority INTEGER", to: "t")
        },
        Mistake(description: "an unfinished column", given: #""priority INTEGER"#, expected: #""priority" INTEGER"#) {
            try $0.addColumn(#""priority INTEGER"#, to: "t")
        },
        Mistake(description: "a column without a name", given: #""" INTEGER"#, expected: #""priority" INTEGER"#) {
            try $0.addColumn(#""" INTEGER"#, to: "t")
        },
        Mistake(description: "an empty column", given: "it is empty", expected: #""priority" INTEGER"#) {
            try $0.addColumn("", to: "t")
        },
        Mistake(description: "a changed column without quotes", given: "c9 INTEGER", expected: "in double quotes") {
            try $0.alterTable("t", columns: "c9 INTEGER")
        },
        Mistake(description: "a foreign key without quotes", given: "(c9) REFERENCES t", expected: "(\"user_id\")") {
            try $0.alterTable("t", foreignKeys: "(c9) REFERENCES t (id)")
        },
        Mistake(description: "a foreign key on two columns", given: #"("a", "b")"#, expected: "(\"user_id\")") {
            try $0.alterTable("t", foreignKeys: #"("a", "b") REFERENCES "t" ("c", "d")"#)
        },
        Mistake(description: "a change of nothing", given: "table t", expected: "columns or foreign keys") {
            try $0.alterTable("t")
        },
        Mistake(description: "an index without quotes", given: "CREATE INDEX t_id", expected: "CREATE INDEX \"name\"") {
            try $0.createIndex("CREATE INDEX t_id ON t (id)")
        },
        Mistake(description: "an index whose table alone is quoted", given: "t_id", expected: "CREATE INDEX \"name\"") {
            try $0.createIndex(#"CREATE INDEX t_id ON "t" ("id")"#)
        },
        Mistake(description: "an empty index", given: "it is empty", expected: "CREATE INDEX \"name\"") {
            try $0.createIndex("")
        },
        Mistake(description: "a rewrite without columns", given: "table t", expected: "columns, one a line") {
            try $0.rewrite([rewrite(columns: "")])
        },
        Mistake(description: "a rewrite's column without quotes", given: "id {id}", expected: "in double quotes") {
            try $0.rewrite([rewrite(columns: "id {id}")])
        },
        Mistake(description: "a rewrite's foreign key that is none", given: "REFERENCES", expected: "(\"user_id\")") {
            try $0.rewrite([rewrite(foreignKeys: "REFERENCES t")])
        },
        Mistake(description: "a rewrite's index that is none", given: "INDEX ON t", expected: "CREATE INDEX \"name\"") {
            try $0.rewrite([rewrite(indexes: "CREATE INDEX ON t (id)")])
        },
        Mistake(description: "a value for a column that is not there", given: "column sze", expected: "no column of") {
            try $0.rewrite([rewrite(values: ["sze": "1"])])
        },
    ]

    @Test("is named with what is expected", arguments: TestBackend.allCases, all)
    func mistake(_ backend: TestBackend, _ mistake: Mistake) throws {
        let migration = TestMigration(signature: .column("t", "c1"), change: mistake.change)
        try TestRun.on(backend, columns: [], [migration]) { run in
            let error = try #require(throws: MigrationError.self) { try run.runner().run(to: .newest) }
            #expect(error.code == .failed || error.code == .schemaDiffers)
            #expect(error.message.contains(mistake.given), "\(error.message)")
            #expect(error.nextStep?.contains(mistake.expected) == true, "\(error.nextStep ?? "")")
            #expect(error.migration == "001 change_1")
            #expect("\(error)" == "in 001 change_1: \(error.message)\n\(error.nextStep ?? "")")
            #expect(try run.columns() == [])
            #expect(try run.connection.countRows(in: "t") == 1)
        }
    }

    @Test("in the canonical schema, a table said twice, stops nothing", arguments: TestBackend.allCases)
    func twice(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run in
            var catalogue = run.catalogue
            catalogue.canonicalTables.append(contentsOf: catalogue.canonicalTables)
            let report = try Runner(catalogue: catalogue, connection: run.connection).run(to: .newest)
            #expect(report.version == 3)
            #expect(try run.connection.countRows(in: "t") == 1)
        }
    }
}
