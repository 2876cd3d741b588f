import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// A user and an organization of the same name: somebody has to decide before anything changes.
@Suite("Name collisions")
struct NameCollisions {
    private func withCollision(_ backend: TestBackend, _ body: (Hub, String) throws -> Void) throws {
        try backend.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute(
                #"""
                INSERT INTO "organization"
                    ("id", "name", "created_at", "private_used_bytes", "public_used_bytes")
                SELECT 901, "username", "created_at", 0, 0 FROM "user" ORDER BY "id" LIMIT 1
                """#)
            let pair = try connection.query(
                #"SELECT "username", "id" FROM "user" ORDER BY "id" LIMIT 1"#)[0]
            let user = pair[1].integer ?? 0
            try body(hub, "\"\(pair[0].text ?? "")\": user \(user) and organization 901")
        }
    }

    @Test("The run ends with 4, names both with their ids and changes nothing", arguments: TestBackend.allCases)
    func runStops(_ backend: TestBackend) throws {
        try withCollision(backend) { hub, pair in
            let before = try hub.snapshot()
            let outcome = try hub("run", "--yes")
            #expect(outcome.status == 4)
            #expect(outcome.errors.contains(pair))
            #expect(outcome.errors.contains("Rename one of each pair"))
            #expect(outcome.errors.contains("Nothing was changed. Resolve it, then run again."))
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("The plan shows it too and ends with 4", arguments: TestBackend.allCases)
    func planShowsIt(_ backend: TestBackend) throws {
        try withCollision(backend) { hub, pair in
            for words in [["plan"], ["run", "--dry-run"]] {
                let outcome = try hub.command.run(words)
                #expect(outcome.status == 4)
                #expect(outcome.output.contains(pair))
            }
        }
    }

    @Test("Programs read it as a finding", arguments: TestBackend.allCases)
    func findingInJSON(_ backend: TestBackend) throws {
        try withCollision(backend) { hub, pair in
            let error = try hub.json(ErrorDocument.self, "run", "--yes")
            #expect(error.code == "checkFailed")
            #expect(error.exitStatus == 4)
            let finding = try #require(error.findings.first { $0.severity == "error" })
            #expect(finding.code == "name_collision")
            #expect(finding.examples == [pair])
        }
    }

    @Test(
        "What it says to do loses nothing, whichever of the two is renamed", arguments: TestBackend.allCases,
        ["organization", "user"])
    func advice(_ backend: TestBackend, _ renamed: String) throws {
        var expected: [String: Int64] = [:]
        try backend.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            expected = try counts(hub)
        }
        try backend.withHub("v07") { hub in
            let connection = try hub.database.connect()
            // Names that have to be quoted, or cannot be read, beside those of everybody who is there.
            let names = ["o'brien \"x\"", "two  words; --", "bell\u{7}", "Ωne", String(repeating: "long", count: 63)]
            for (place, name) in names.enumerated() {
                try connection.execute(
                    #"""
                    INSERT INTO "user" ("id", "username", "email", "password_hash", "email_verified", "is_active",
                        "private_used_bytes", "public_used_bytes", "created_at")
                    SELECT $1, $2, $3, '', "email_verified", "is_active", 0, 0, "created_at" FROM "user"
                    ORDER BY "id" LIMIT 1
                    """#, [.integer(Int64(801 + place)), .text(name), .text("\(place)@example.org")])
            }
            try connection.execute(
                #"""
                INSERT INTO "organization" ("id", "name", "private_used_bytes", "public_used_bytes", "created_at")
                SELECT 900 + "id", "username", 0, 0, "created_at" FROM "user"
                """#)
            let pairs = try connection.countRows(in: "user")
            expected["user", default: 0] += Int64(names.count) + pairs
            let before = try counts(hub)

            var outcome = try hub("run", "--yes")
            #expect(outcome.status == 4)
            // It shows some pairs at a time.
            while outcome.status == 4 {
                let statements = outcome.errors.split(separator: "\n").map { $0.drop { $0 == " " } }
                    .filter { $0.hasPrefix("UPDATE \"\(renamed)\"") }
                try #require(!statements.isEmpty)
                for statement in statements { try connection.execute(String(statement)) }
                #expect(try counts(hub) == before)
                outcome = try hub("run", "--yes")
            }
            #expect(outcome.status == 0, "\(outcome.errors)")
            try hub.expect(0, "verify")
            #expect(try counts(hub) == expected)
        }
    }

    @Test("The names it proposes are free", arguments: TestBackend.allCases)
    func proposals(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute(
                #"""
                UPDATE "user" SET "username" = 'lab' WHERE "id" = (SELECT min("id") FROM "user");
                UPDATE "user" SET "username" = 'lab-org' WHERE "id" = (SELECT max("id") FROM "user");
                UPDATE "organization" SET "name" = 'lab' WHERE "id" = (SELECT min("id") FROM "organization");
                """#)
            let errors = try hub("run", "--yes").errors
            #expect(errors.contains(#"UPDATE "organization" SET "name" = 'lab-org-2' WHERE "id" = "#))
            #expect(errors.contains(#"UPDATE "user" SET "username" = 'lab-user' WHERE "id" = "#))
        }
    }

    /// The rows of each table, and those in quarantine by the table they come from.
    private func counts(_ hub: Hub) throws -> [String: Int64] {
        let connection = try hub.database.connect()
        var counts = try connection.readSchema().tables.keys.reduce(into: [String: Int64]()) {
            $0[$1] = try connection.countRows(in: $1)
        }
        for summary in try Quarantine.kohakuHub.summary(of: connection) {
            counts["quarantined " + summary.table] = summary.count
        }
        return counts
    }
}
