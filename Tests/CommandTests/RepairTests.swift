import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// A database that an older upgrade left half-way, as an operator meets it.
@Suite("Repair")
struct RepairTests {
    private static let mixed = "Mixed/b_v07_008failed_headinit"

    @Test("Every other verb says what happened and names it", arguments: TestBackend.allCases)
    func named(_ backend: TestBackend) throws {
        try backend.withHub(Self.mixed) { hub in
            let before = try hub.snapshot()
            for words in [
                ["status"], ["verify"], ["plan"], ["run", "--yes"], ["run", "--dry-run"], ["run", "--to", "7"],
            ] {
                let outcome = try hub.command.run(words)
                #expect(outcome.status == (words == ["status"] ? 0 : 3), "\(words)")
                let text = (outcome.output + outcome.errors).replacing("\n", with: " ")
                #expect(text.contains("older upgrade began 008 foreignkey_refactoring and stopped"), "\(words)")
                #expect(text.contains("kohaku-migrate plan --repair"), "\(words)")
            }
            try hub.expect(3, "status", "--exit-code")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("It shows its way, asks, repairs, and is not needed twice", arguments: TestBackend.allCases)
    func repaired(_ backend: TestBackend) throws {
        try backend.withHub(Self.mixed) { hub in
            let before = try hub.snapshot()
            let plan = try hub("plan", "--repair")
            #expect(plan.status == 0)
            #expect(
                plan.output.contains(
                    "\n  file: 27 rows; has repo_full_id; lacks repository_id, is_deleted, owner_id;"))
            #expect(plan.output.hasSuffix("It will ask for consent. Apply it: kohaku-migrate repair\n"))
            #expect(try hub("repair", "--dry-run").output == plan.output)
            let refused = try hub("repair")
            #expect(refused.status == 5)
            #expect(refused.errors.contains("the repair needs your consent"))
            #expect(try hub.snapshot().contents == before.contents)
            #expect(try hub.snapshot().tables == before.tables)

            let done = try hub("repair", "--yes")
            #expect(done.status == 0)
            #expect(done.output.contains("\nDone: the database is at version 015 ("))
            #expect(
                try hub("verify").output.hasSuffix(
                    "the schema is exactly version 015.\nEvery reference and every index is consistent.\n"))
            let after = try hub.snapshot()
            let again = try hub("repair")
            #expect(again.status == 0)
            #expect(again.output.hasSuffix("Nothing to do: the database is at version 015.\n"))
            #expect(try hub("plan", "--repair").output.hasSuffix("\nNothing to repair.\n"))
            #expect(try hub.snapshot() == after)
        }
    }

    @Test("What is no hub's is refused", arguments: TestBackend.allCases)
    func notAHub(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            let fresh = try hub("repair", "--yes")
            #expect(fresh.status == (backend == .sqlite ? 7 : 3))
            #expect(
                fresh.errors.replacing("\n", with: " ").contains(
                    backend == .sqlite ? "there is no such file" : "there is nothing to repair"))
            try hub.database.connect().execute("CREATE TABLE books (id INTEGER PRIMARY KEY)")
            let foreign = try hub("repair", "--yes")
            #expect(foreign.status == 3)
            #expect(foreign.errors.contains("this is not a hub's database"))
        }
    }
}
