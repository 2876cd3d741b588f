import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// `status` and `verify`: looking, and what the exit status says.
@Suite("Status and verify")
struct StatusTests {
    @Test("--exit-code shows whether something is pending", arguments: TestBackend.allCases)
    func exitCode(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "status")
            try hub.expect(2, "status", "--exit-code")
            try hub.expect(2, "status", "--exit-code", "--json")
            try hub.expect(0, "run", "--yes")
            try hub.expect(0, "status", "--exit-code")
        }
        try backend.withHub { try $0.expect(2, "status", "--exit-code") }
    }

    @Test("Every migration has a line with its number, name and verdict", arguments: TestBackend.allCases)
    func lines(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let lines = try hub("status").output.split(separator: "\n").map(String.init)
            for migration in Catalogue.kohakuHub.migrations {
                let line = try #require(lines.first { $0.hasPrefix(migration.number.paddedToThree + "  ") })
                #expect(line.contains(migration.name))
                let verdict = migration.number < 7 ? "superseded" : migration.number == 7 ? "applied" : "pending"
                #expect(line.contains("  \(verdict)  "))
            }
            let count = Catalogue.kohakuHub.newest - 7
            #expect(lines.last == "Version 007 → 015: \(count) migrations pending. Apply: kohaku-migrate run")
        }
    }

    @Test("verify says what is pending and ends with 3", arguments: TestBackend.allCases)
    func verifyPending(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let outcome = try hub("verify")
            #expect(outcome.status == 3)
            #expect(outcome.output.contains("Version 007 → 015: 8 migrations pending."))
        }
    }

    @Test("verify says what differs and ends with 3", arguments: TestBackend.allCases)
    func verifyDifference(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.expect(0, "init")
            #expect(
                try hub("verify").output.contains(
                    "exactly version 015.\nEvery reference and every index is consistent."))
            try hub.database.connect().execute("DROP INDEX token_user_id; DROP TABLE sshkey")
            let outcome = try hub("verify")
            #expect(outcome.status == 3)
            #expect(outcome.output.contains("harmful: table sshkey is missing"))
            #expect(outcome.output.contains("harmless: index token_user_id on token (user_id) is missing"))
            #expect(outcome.output.contains("Version 015, with 2 differences (1 harmful)."))
        }
    }

    @Test("verify finds a reference to a row that is missing")
    func verifyReferences() throws {
        try TestBackend.sqlite.withHub { hub in
            try hub.expect(0, "init")
            try hub.database.connect().execute(
                "INSERT INTO token (user_id, token_hash, name, created_at) VALUES (7, 'h', 'n', '2025-10-01')")
            let outcome = try hub("verify")
            #expect(outcome.status == 3)
            #expect(outcome.output.contains("broken reference: 1 row of token to user"))
        }
    }

    @Test("Looking changes nothing", arguments: TestBackend.allCases, ["v00", "v05", "v07", "v07upgraded"])
    func lookingChangesNothing(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            let before = try hub.snapshot()
            for words in [["status"], ["plan"], ["plan", "--sql"], ["verify"], ["run", "--dry-run"]] {
                let status = try hub.command.run(words).status
                #expect(status == (words == ["verify"] ? 3 : 0))
            }
            #expect(try hub.snapshot() == before)
        }
    }
}
