import Foundation
import MigrationsTesting
import Testing

/// Migration 008 leads back only by a backup, so it asks first.
@Suite("Consent")
struct ConsentTests {
    @Test("Without a terminal and without consent the run ends at once with 5", arguments: TestBackend.allCases)
    func withoutTerminal(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot()
            let outcome = try hub("run")
            #expect(outcome.status == 5)
            #expect(
                outcome.errors == """
                    error: migration 008 foreignkey_refactoring needs your consent: it merges organizations into users
                    and rewrites every table. The only way back is to restore a backup.
                    Nothing was changed. To agree, run with --yes or set KOHAKU_HUB_AUTO_MIGRATE=true.

                    """)
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("Nothing is asked when no pending migration can only be undone by a backup")
    func nothingToAsk() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            try hub.expect(0, "run", "--to", "7")
            try hub.expect(5, "run")
        }
    }

    @Test("--yes agrees", arguments: TestBackend.allCases)
    func byFlag(_ backend: TestBackend) throws {
        try backend.withHub("v05") { try $0.expect(0, "run", "--yes") }
    }

    @Test("The hub's variable agrees with any of its words", arguments: ["true", "1", "yes", "TRUE", "Yes"])
    func byVariable(_ word: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            var command = hub.command
            command.environment["KOHAKU_HUB_AUTO_MIGRATE"] = word
            try command.expect(0, "run")
        }
    }

    @Test("Any other word of it does not agree, whatever the file says", arguments: ["false", "0", "no", "sure"])
    func byOtherWord(_ word: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            try write("[app]\nauto_migrate = true\n", to: hub)
            var command = hub.command
            command.environment["KOHAKU_HUB_AUTO_MIGRATE"] = word
            try command.expect(5, "run")
        }
    }

    @Test("The configuration file agrees", arguments: [(true, 0), (false, 5)] as [(Bool, Int32)])
    func byFile(_ value: Bool, _ status: Int32) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            try write("[app]\nauto_migrate = \(value)\n", to: hub)
            try hub.expect(status, "run")
        }
    }

    @Test(
        "At a terminal it is asked, and only yes agrees",
        arguments: [("yes", 0), ("y", 0), ("", 5), ("no", 5), ("yess", 5)])
    func atTerminal(_ answer: String, _ status: Int32) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let before = try hub.snapshot()
            let outcome = try hub.command.atTerminal(typing: answer, ["run"])
            #expect(outcome.status == status)
            #expect(outcome.output.contains("008 foreignkey_refactoring needs your consent: it merges organizations"))
            let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(/hub\.db \([1-9][0-9]* rows in [1-9][0-9]* tables, [1-9][0-9]* MB\)/))
            #expect(outcome.output.contains("Type 'yes' to continue: "))
            #expect((try hub.snapshot() == before) == (status != 0))
        }
    }

    private func write(_ text: String, to hub: Hub) throws {
        try text.write(toFile: "\(hub.command.folder)/config.toml", atomically: true, encoding: .utf8)
    }
}
