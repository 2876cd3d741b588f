import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Output that cannot be written: who reads a report relies on it, and a migration is worth more than its report.
@Suite("Output that cannot be written")
struct UnwritableOutput {
    static let looking = [
        ["status"], ["plan"], ["plan", "--json"], ["plan", "--sql"], ["run", "--dry-run"], ["verify", "--json"],
        ["quarantine", "list"], ["quarantine", "list", "--json"], ["quarantine", "export"],
    ]
    static let changing = [["run"], ["run", "--json"], ["repair"], ["repair", "--json"]]

    /// Runs the command with its output redirected as a shell writes it.
    private func run(_ words: [String], on hub: Hub, _ redirection: String) throws -> Program.Outcome {
        try Program.outcome(
            of: "bash",
            [
                "-c", #"program=$0; cd "$1"; shift; "$program" "$@" "# + redirection, Command.path, hub.command.folder,
            ] + words + ["--database-url", hub.database.url])
    }

    private func upgraded(_ backend: TestBackend, _ body: (Hub) throws -> Void) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            try body(hub)
        }
    }

    @Test(
        "ends every verb that only shows something with an error, and it says so", arguments: looking,
        ["> /dev/full", ">&-"])
    func looks(_ words: [String], _ redirection: String) throws {
        try upgraded(.sqlite) { hub in
            let outcome = try run(words, on: hub, redirection)
            #expect(outcome.status == 1)
            let reason = redirection == ">&-" ? "it is closed" : "No space left on device"
            #expect(
                outcome.errors == """
                    error: standard output could not be written: \(reason)
                    The output is incomplete. Do not rely on it.

                    """)
        }
    }

    @Test("keeps the status of a verb that has one to tell")
    func ownStatus() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let outcome = try run(["verify"], on: hub, "> /dev/full")
            #expect(outcome.status == 3)
            #expect(outcome.errors.contains("standard output could not be written"))
        }
    }

    @Test("is no help that was given", arguments: [["--help"], ["run", "--help"], ["--version"]])
    func help(_ words: [String]) throws {
        let outcome = try Program.outcome(of: "bash", ["-c", #""$0" "$@" > /dev/full"#, Command.path] + words)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("No space left on device"))
    }

    @Test("stops no change, which is committed and reported as done", arguments: TestBackend.allCases, changing)
    func changes(_ backend: TestBackend, _ words: [String]) throws {
        try backend.withHub("v07") { hub in
            let outcome = try run(words + ["--yes"], on: hub, "> /dev/full")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.hasPrefix("error: standard output could not be written: No space left on device\n"))
            #expect(outcome.errors.contains("The work is done and committed"))
            #expect(!outcome.errors.contains("rolled back"))
            try hub.expect(0, "verify")
        }
    }

    @Test("was not wanted where a change began with it closed", arguments: TestBackend.allCases, changing)
    func closed(_ backend: TestBackend, _ words: [String]) throws {
        try backend.withHub("v07") { hub in
            let outcome = try run(words + ["--yes"], on: hub, ">&-")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors == "")
            try hub.expect(0, "verify")
        }
    }

    @Test(
        "and every other stream may be closed: nothing is written into the database's", arguments: TestBackend.allCases,
        ["<&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-"])
    func otherStreams(_ backend: TestBackend, _ redirection: String) throws {
        try backend.withHub("v07") { hub in
            let outcome = try run(["run", "--yes", "-v"], on: hub, redirection)
            #expect(outcome.status == 0)
            try hub.expect(0, "verify")
        }
    }

    @Test("ends a verb whose reader has seen enough without a word", arguments: ["", "trap '' PIPE; "])
    func reader(_ trap: String) throws {
        try upgraded(.sqlite) { hub in
            // More than a pipe holds.
            try hub.database.connect().execute(
                """
                INSERT INTO kohaku_quarantine (migration, source_table, source_id, reason, row_json, quarantined_at)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                SELECT 8, 'token', i, 'its user is gone', '{"id": 1}', '2025-01-01 00:00:00' FROM n
                """)
            let outcome = try Program.outcome(
                of: "bash",
                [
                    "-c", trap + #"{ "$0" quarantine export --database-url "$1"; echo $? >&2; } | head -n 1"#,
                    Command.path, hub.database.url,
                ])
            #expect(outcome.output.split(separator: "\n").count == 1)
            #expect(outcome.errors == (trap.isEmpty ? "141\n" : "1\n"))
        }
    }

    @Test("is reported in words where an error could not be printed as a document")
    func errorDocument() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let outcome = try run(["run", "--json"], on: hub, "> /dev/full")
            #expect(outcome.status == 5)
            #expect(outcome.errors.contains("needs your consent"))
            #expect(!outcome.errors.contains("committed"))
        }
    }

    @Test("A full disk cuts an export, and it is no export")
    func fullDisk() throws {
        try upgraded(.sqlite) { hub in
            let file = hub.command.folder + "/rows.jsonl"
            let outcome = try run(["quarantine", "export"], on: hub, "> '\(file)'")
            let whole = try String(contentsOfFile: file, encoding: .utf8)
            #expect(outcome.status == 0)
            #expect(whole.split(separator: "\n").count > 10)
            // The limit of a file's size stands for the disk: with its signal ignored the write fails.
            let cut = try Program.outcome(
                of: "bash",
                [
                    "-c", #"trap '' XFSZ; ulimit -f 2; "$0" quarantine export --database-url "$1" > "$2""#,
                    Command.path,
                    hub.database.url, file,
                ])
            #expect(cut.status == 1)
            #expect(try whole.hasPrefix(String(contentsOfFile: file, encoding: .utf8)))
            #expect(cut.errors.contains("standard output could not be written: File too large"))
        }
    }
}
