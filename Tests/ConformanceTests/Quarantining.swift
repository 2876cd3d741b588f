import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("Rows that a rewrite cannot keep")
struct Quarantining {
    @Test("are kept whole in quarantine, with the migration and the reason", arguments: TestBackend.allCases)
    func whole(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            let rows = try DatabaseContents(of: connection)[Quarantine().table]
            let row = try #require(rows.first)
            #expect(rows.count == 1)
            #expect(row["migration"] == 42)
            #expect(row["source_table"] == "book")
            #expect(row["source_id"] == 5)
            #expect(row["reason"] == "author 9 is gone")
            #expect(row["quarantined_at"] != .null)
            let json = try #require(row["row_json"]?.text)
            let values = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(Set(values?.keys.map { $0 } ?? []) == ["id", "title", "author", "cover", "shelf"])
            #expect(values?["title"] as? String == "Orphan")
            #expect(values?["author"] as? Int == 9)
            #expect(values?["cover"] as? String == "AP8=")
        }
    }

    @Test("are counted in the report", arguments: TestBackend.allCases)
    func report(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { _, reports in
            var expected = TableReport(table: "book")
            expected.rowsIn = 4
            expected.quarantined = 1
            expected.rowsOut = 3
            // Another hash on each backend, but always one.
            expected.checksum = reports.first?.checksum
            #expect(expected.checksum != nil)
            #expect(reports == [expected])
        }
    }

    @Test("are the only reason for the quarantine to exist", arguments: TestBackend.allCases)
    func none(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection in
            try connection.execute(#"DELETE FROM "book" WHERE "id" = 5"#)
        } after: { connection, reports throws in
            #expect(try connection.readSchema().tables[Quarantine().table] == nil)
            #expect(reports.map(\.quarantined) == [0])
        }
    }

    @Test("are none of a table that is missing", arguments: TestBackend.allCases)
    func missing(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 42)
            #expect(try context.findings(of: Library.book) == [])
        }
    }

    @Test("that no rule names stop the migration, and nothing has changed", arguments: TestBackend.allCases)
    func lost(_ backend: TestBackend) throws {
        var rewrite = Library.book
        rewrite.sources = [
            .kept(
                from: #""book" AS old WHERE old."id" <> 2"#, values: ["author_id": #"old."author""#, "pages": "0"])
        ]
        try backend.withConnection { connection in
            try connection.execute(Library.sql(backend.dialect))
            let before = try DatabaseContents(of: connection)
            let schema = try connection.readSchema()
            let error = try thrownError(MigrationError.self) {
                try connection.withMigrationTransaction {
                    try MigrationContext(connection: connection, schema: schema, number: 42).rewrite([rewrite])
                }
            }
            #expect(error.code == .failed)
            #expect(error.message.contains("rows of book are not accounted for: 4 before"))
            #expect(try DatabaseContents(of: connection) == before)
            #expect(try connection.readSchema() == schema)
        }
    }

    @Test("cannot be hidden by rows that come twice", arguments: TestBackend.allCases)
    func doubled(_ backend: TestBackend) throws {
        var rewrite = Library.book
        rewrite.sources.append(
            .kept(
                from: #""book" AS old WHERE old."id" = 1"#,
                values: ["id": "100", "author_id": #"old."author""#, "pages": "0", "shelf": "'copy'"]))
        let error = try thrownError(MigrationError.self) {
            try Library.rewriting(backend, rewrite) { _, _ in }
        }
        #expect(error.message.contains("not accounted for"))
    }

    @Test("are whole however many columns they have", arguments: TestBackend.allCases, [1, 60, 61, 64, 200])
    func wide(_ backend: TestBackend, _ count: Int) throws {
        try backend.withConnection { connection in
            let names = (1...count).map { "c\($0)" }
            try connection.execute(
                """
                CREATE TABLE "wide" ("id" INTEGER PRIMARY KEY, \(names.map { "\"\($0)\" TEXT" }.joined(separator: ", ")));
                INSERT INTO "wide" ("id", "c\(count)") VALUES (1, '}')
                """)
            let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 1)
            try connection.withMigrationTransaction { try context.quarantineWhole("wide", reason: "it is wide") }
            let json = try #require(
                try connection.query("SELECT row_json FROM \(Quarantine().table)").first?[0].text)
            let values = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(values?.count == count + 1)
            #expect(values?["c\(count)"] as? String == "}")
            #expect(values?["id"] as? Int == 1)
        }
    }

    @Test("have no id where their table gave them none", arguments: TestBackend.allCases)
    func withoutID(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(#"CREATE TABLE "pair" ("a" INTEGER); INSERT INTO "pair" VALUES (5)"#)
            let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 1)
            try connection.withMigrationTransaction { try context.quarantineWhole("pair", reason: "it is left") }
            var rows: [QuarantinedRow] = []
            try Quarantine().forEachRow(of: connection) { rows.append($0) }
            #expect(rows.map(\.sourceID) == [nil])
            #expect(rows.map(\.title) == ["pair (quarantine 1)"])
        }
    }
}
