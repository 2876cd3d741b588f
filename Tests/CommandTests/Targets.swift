import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// How far a run goes: `run`, `run NUMBER` and `run --to NUMBER`.
@Suite("Targets of a run")
struct Targets {
    private func version(_ hub: Hub) throws -> Int {
        try hub.json(StatusDocument.self, "status").version
    }

    private func expectRefused(_ hub: Hub, _ words: [String], _ message: String) throws {
        let before = try hub.snapshot()
        let outcome = try hub.command.run(["run"] + words)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try hub.snapshot() == before)
    }

    @Test("A number that is not a migration's is refused with those that are", arguments: TestBackend.allCases)
    func unknownNumber(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            for words in [["99"], ["--to", "99"], ["0"], ["--to", "0"]] {
                let number = words.last == "0" ? "000" : "099"
                try expectRefused(hub, words, "error: there is no migration \(number)\n")
                let newest = Catalogue.kohakuHub.newest.paddedToThree
                try expectRefused(hub, words, "The numbers go from 001 to \(newest). List them: kohaku-migrate status")
            }
        }
    }

    @Test("A target below the current version is refused: there is no downgrade", arguments: TestBackend.allCases)
    func targetBelowVersion(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try expectRefused(
                hub, ["--to", "3"], "error: the database is at version 007 already, above the target 003\n")
            try expectRefused(hub, ["--to", "3"], "Migrations only go forward: restore a backup to go back.")
            #expect(try hub("run", "--to", "7").output.contains("Nothing to do"))
        }
    }

    @Test("A number and --to together are refused")
    func numberAndTarget() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            try expectRefused(hub, ["7", "--to", "8"], "Error: Give either a number or --to, not both.")
        }
    }

    @Test("A migration does not run before an older one that is pending", arguments: TestBackend.allCases)
    func olderOnePending(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            try expectRefused(hub, ["8", "--yes"], "migration 008 foreignkey_refactoring cannot run before 007")
            try expectRefused(hub, ["8", "--yes"], "Run 007 first. Run all of them: kohaku-migrate run")
        }
    }

    @Test("A number runs that migration alone, and a second time nothing", arguments: TestBackend.allCases)
    func oneNumber(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let first = try hub("run", "7")
            #expect(first.status == 0)
            #expect(first.output.contains("007 avatar_support: done"))
            #expect(try version(hub) == 7)
            let before = try hub.snapshot()
            let second = try hub("run", "7")
            #expect(second.status == 0)
            #expect(second.output.hasSuffix("Nothing to do: the database is at version 007.\n"))
            #expect(try hub("run", "3").output.hasSuffix("Nothing to do: the database is at version 007.\n"))
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("--to runs up to a migration, itself included", arguments: TestBackend.allCases)
    func upToNumber(_ backend: TestBackend) throws {
        try backend.withHub("v02") { hub in
            try hub.expect(0, "run", "--to", "4")
            #expect(try version(hub) == 4)
            try hub.expect(0, "run", "--to", "7")
            #expect(try version(hub) == 7)
        }
    }

    @Test("A dry run changes nothing and shows what the target asks for", arguments: TestBackend.allCases)
    func dryRun(_ backend: TestBackend) throws {
        try backend.withHub("v02") { hub in
            let before = try hub.snapshot()
            let outcome = try hub("run", "--to", "4", "--dry-run")
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("003 commit_table"))
            #expect(outcome.output.contains("004 repo_quotas"))
            #expect(!outcome.output.contains("005 profiles_and_invitations"))
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A second run changes nothing and says so", arguments: TestBackend.allCases)
    func secondRun(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            let before = try hub.snapshot()
            let outcome = try hub("run")
            #expect(outcome.status == 0)
            let newest = Catalogue.kohakuHub.newest.paddedToThree
            #expect(outcome.output.hasSuffix("Nothing to do: the database is at version \(newest).\n"))
            #expect(outcome.errors == "")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A fresh database gets the newest schema at once", arguments: TestBackend.allCases, ["run", "init"])
    func freshDatabase(_ backend: TestBackend, _ verb: String) throws {
        try backend.withHub { hub in
            try hub.expect(0, verb)
            #expect(try version(hub) == Catalogue.kohakuHub.newest)
            try hub.expect(0, "verify")
            try hub.expect(3, "init")
        }
    }

    @Test("A fresh database has no step in between")
    func freshDatabaseInBetween() throws {
        try TestBackend.sqlite.withHub { hub in
            let outcome = try hub("run", "--to", "3")
            #expect(outcome.status == 64)
            #expect(outcome.errors.hasPrefix("error: a fresh database gets the newest schema ("))
            #expect(try hub.snapshot().tables.isEmpty)
        }
    }
}
