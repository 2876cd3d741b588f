import Foundation
import Migrations
import MigrationsTesting
import Testing

/// Somebody else holds the database: the command waits as long as it was told, and no longer.
@Suite("Locks")
struct Locks {
    private func expectLocked(_ outcome: Command.Outcome, within limit: Duration = .seconds(5)) {
        #expect(outcome.status == 6)
        #expect(outcome.errors.contains("Another process has locked the database. Stop the hub or wait for the other"))
        #expect(outcome.duration < limit)
    }

    @Test("A write lock on the file ends the run with 6, and nothing is changed", arguments: ["0", "1"])
    func fileIsLocked(_ seconds: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let before = try hub.snapshot()
            let other = try hub.database.connect()
            try other.execute("BEGIN IMMEDIATE")
            expectLocked(try hub("run", "--yes", "--lock-timeout", seconds))
            try hub.expect(0, "status")
            try other.execute("ROLLBACK")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A file that may not even be read ends every verb with 6", arguments: ["status", "plan", "verify", "run"])
    func fileIsLockedWhole(_ verb: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let other = try hub.database.connect()
            try other.execute("BEGIN EXCLUSIVE")
            expectLocked(try hub(verb, "--lock-timeout", "0"))
            try other.execute("ROLLBACK")
        }
    }

    @Test(
        "A locked table ends the run with 6, and nothing is changed",
        arguments: ["ACCESS SHARE", "ACCESS EXCLUSIVE"], ["0", "1"])
    func tableIsLocked(_ mode: String, _ seconds: String) throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            let before = try hub.snapshot()
            let other = try hub.database.connect()
            try other.execute("BEGIN; LOCK TABLE \"user\" IN \(mode) MODE")
            expectLocked(try hub("run", "--yes", "--lock-timeout", seconds))
            try other.execute("ROLLBACK")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A look at a locked table waits no longer than a run")
    func lookAtLockedTable() throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            let other = try hub.database.connect()
            try other.execute(#"BEGIN; LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE"#)
            let outcome = try hub("plan", "--lock-timeout", "1")
            expectLocked(outcome)
            #expect(!outcome.errors.contains("error: in 0"))
            try other.execute("ROLLBACK")
        }
    }

    @Test("A lock that is given back in time is waited for", arguments: TestBackend.allCases)
    func lockIsGivenBack(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let other = try hub.database.connect()
            try other.execute(
                backend == .sqlite ? "BEGIN IMMEDIATE" : #"BEGIN; LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE"#)
            let run = try hub.command.start(["run", "--yes", "--lock-timeout", "60"])
            try other.execute("ROLLBACK")
            run.waitUntilExit()
            #expect(run.terminationStatus == 0)
        }
    }

    @Test("A wait that makes no sense is a mistake of use", arguments: ["-1", "86401", "99999999999", "soon"])
    func senselessTimeout(_ seconds: String) throws {
        try withTemporaryFolder { folder in
            try Command(folder: folder).expect(64, "run", "--lock-timeout=\(seconds)")
        }
    }
}
