import Foundation
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
            #expect(outcome.errors.contains("Nothing was changed. Decide the points above, then run again."))
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
}
