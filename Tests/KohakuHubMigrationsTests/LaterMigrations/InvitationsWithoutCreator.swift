import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("012 puts back the invitations whose creator is gone")
struct InvitationsWithoutCreator {
    /// A hub before 008 whose invitations were made by nobody who is left.
    private static let orphaned = """
        UPDATE "invitation" SET "created_by" = 77777, "action" = 'join_org', "usage_count" = 2,
            "parameters" = '{ "role": "admin", "org_id": 3 }', "used_by" = (SELECT min("id") FROM "user") WHERE "id" = 5;
        UPDATE "invitation" SET "created_by" = 77777, "action" = 'other', "parameters" = 'not json',
            "used_by" = 88888 WHERE "id" = 6;
        """

    private func released(
        _ backend: TestBackend, between: (any DatabaseConnection) throws -> Void = { _ in },
        _ body: (DatabaseContents, DatabaseContents, RunReport) throws -> Void
    ) throws {
        try Refactored.migrating(backend, arranging: Self.orphaned) { before, connection in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            _ = try runner.run(to: .upTo(11))
            try between(connection)
            let report = try runner.run(to: .newest)
            try body(before, DatabaseContents(of: connection), report)
        }
    }

    @Test("with every value, no creator, and the organization's new id", arguments: TestBackend.allCases)
    func putBack(_ backend: TestBackend) throws {
        try released(backend) { before, after, report in
            let organization = try #require(before["organization"].first { $0.id == 3 }?["name"]?.text)
            let user = try #require(after["user"].first { $0["username"]?.text == organization }).id
            let living = try #require(
                before["user"].compactMap { $0["id"]?.integer }.min().map { DatabaseValue.integer($0) })
            for id in [5, 6] {
                let old = try #require(before["invitation"].first { $0.id == id })
                let new = try #require(after["invitation"].first { $0.id == id })
                for column in ["token", "action", "expires_at", "max_usage", "usage_count", "used_at", "created_at"] {
                    #expect(new[column] == old[column], "\(column)")
                }
                #expect(new["created_by_id"] == .null)
                #expect(new["used_by_id"] == (id == 5 ? living : .null))
                #expect(
                    new["parameters"] == (id == 5 ? .text(#"{ "role": "admin", "org_id": \#(user) }"#) : "not json"))
            }
            #expect(after.quarantined(from: "invitation").filter { $0.reason.hasPrefix("its creator") } == [])
            let table = try #require(report.migrations.first { $0.migration.number == 12 }?.tables.first)
            #expect(table.merged >= 2)
            #expect(table.rowsOut == Int64(after["invitation"].count))
            #expect(table.isConserved)
        }
    }

    @Test("but not beside a new one with the same token", arguments: TestBackend.allCases)
    func takenToken(_ backend: TestBackend) throws {
        try released(
            backend,
            between: { connection in
                // Somebody made it by hand in the meantime, and got the same id.
                let insert = """
                    INSERT INTO "invitation" ("id", "token", "action", "parameters", "created_by_id", "expires_at",
                        "usage_count", "created_at")
                    SELECT $1, $2, 'other', '{}', "created_by_id", "expires_at", 0, "created_at" FROM "invitation" LIMIT 1
                    """
                let token = try connection.query(
                    "SELECT row_json FROM kohaku_quarantine WHERE source_table = 'invitation' AND source_id = 5")[0][0]
                let text = try #require(token.text?.split(separator: "\"token\"").last?.split(separator: "\"")[1])
                try connection.execute(insert, [900, .text(String(text))])
                try connection.execute(insert, [6, "another"])
            },
            { before, after, report in
                #expect(after.quarantined(from: "invitation").map(\.sourceID).contains(5))
                let token = before["invitation"].first { $0.id == 6 }?["token"]
                let back = try #require(after["invitation"].first { $0["token"] == token })
                #expect(back.id != 6)
                #expect(back["created_by_id"] == .null)
            })
    }

    @Test("and unlinks creators that are gone from a hub that never checked")
    func dangling() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v11").load(into: database)
            let connection = try database.connect()
            try connection.execute(#"UPDATE "invitation" SET "created_by_id" = 77777"#)
            let count = try connection.countRows(in: "invitation")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(12))
            #expect(
                try connection.integer(#"SELECT count(*) FROM "invitation" WHERE "created_by_id" IS NULL"#) == count)
            #expect(count > 0)
        }
    }
}
