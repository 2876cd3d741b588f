import Foundation
import Migrations
import MigrationsTesting
import Testing

/// A restore that does not come to its end leaves the database that was there, or the one that was restored.
@Suite("A restore that is interrupted")
struct InterruptedRestores {
    /// A hub with a backup of it, made before its last change.
    private struct Restorable {
        var hub: Hub
        var backup: String
        /// What is in the backup, and what is in the database.
        var old: DatabaseContents
        var live: DatabaseContents

        /// Makes the change once more that is not in the backup.
        func change() throws {
            try hub.database.connect().execute("CREATE TABLE written_since (n INTEGER)")
        }

        func contents() throws -> DatabaseContents { try DatabaseContents(of: hub.database.connect()) }

        /// Expects the database that was there, with nothing beside it that is not finished.
        func expectUntouched(at location: SourceLocation = #_sourceLocation) throws {
            #expect(try contents() == live, sourceLocation: location)
            #expect(try partials() == [], sourceLocation: location)
        }

        /// What is beside the database under the name that something unfinished has.
        func partials() throws -> [String] {
            switch hub.database {
            case .sqlite:
                try FileManager.default.contentsOfDirectory(atPath: hub.backupFolder).filter {
                    $0.hasSuffix("-partial")
                }
            case .postgresql(let server): try databases(of: server) { $0.hasSuffix("-partial") }
            }
        }

        func databases(of server: TestServer, _ isMeant: (String) -> Bool) throws -> [String] {
            let name = server.parameters["dbname"] ?? ""
            return try hub.database.connect().query("SELECT datname::text FROM pg_database").compactMap { $0[0].text }
                .filter { $0.hasPrefix("\(name).") || $0.hasPrefix("\(name)-") }.filter(isMeant)
        }
    }

    private func withBackup(_ backend: TestBackend, _ body: (Restorable) throws -> Void) throws {
        try backend.withHub("v15") { hub in
            try hub.expect(0, "backup", "create")
            let files = try Backups.files(of: hub)
            let old = try DatabaseContents(of: hub.database.connect())
            var restorable = Restorable(
                hub: hub, backup: "\(hub.backupFolder)/\(try #require(files.first))", old: old, live: old)
            try restorable.change()
            restorable.live = try restorable.contents()
            defer {
                if case .postgresql(let server) = hub.database,
                    let connection = try? hub.database.connect(),
                    let kept = try? restorable.databases(of: server, { _ in true })
                {
                    for name in kept { try? connection.execute("DROP DATABASE \(name.quotedIdentifier) WITH (FORCE)") }
                }
            }
            try body(restorable)
        }
    }

    @Test(
        "by its death leaves one or the other whole, and the next restore ends as if nothing had been",
        arguments: TestBackend.allCases)
    func killed(_ backend: TestBackend) throws {
        try withBackup(backend) { restorable in
            let arguments = ["restore", restorable.backup, "--yes", "--database-url", restorable.hub.database.url]
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try Program.outcome(of: Command.path, arguments).status == 0)
            let whole = clock.now - start
            try restorable.change()
            var deaths = 0
            for part in 1...16 {
                let outcome = try Program.running(Command.path, arguments) { program in
                    Thread.sleep(forTimeInterval: whole / .seconds(1) * Double(part) / 16)
                    program.signal(SIGKILL)
                    return program.outcome()
                }
                // What it had the server do goes on for a moment.
                if backend == .postgresql { Thread.sleep(forTimeInterval: 0.3) }
                if outcome.status == SIGKILL { deaths += 1 }
                let left = try restorable.contents()
                #expect(left == restorable.live || left == restorable.old, "\(part)")
                if left == restorable.old { try restorable.change() }
                if case .sqlite = restorable.hub.database {
                    let answer = try restorable.hub.database.connect().query("PRAGMA integrity_check")
                    #expect(answer.map(\.values) == [[.text("ok")]])
                }
            }
            #expect(deaths > 3)
            let outcome = try Program.outcome(of: Command.path, arguments)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try restorable.contents() == restorable.old)
            #expect(try restorable.partials() == [])
        }
    }

    @Test("by a full disk leaves what was there, at any size, and room lets the next end")
    func fullDisk() throws {
        try withBackup(.sqlite) { restorable in
            let size = try Data(contentsOf: URL(filePath: restorable.backup)).count / 1_024
            for part in 1..<12 {
                let outcome = try Program.outcome(
                    of: "bash",
                    [
                        "-c", #"ulimit -f "$0"; exec "$1" restore "$2" --yes --database-url "$3""#,
                        "\(size * part / 12)", Command.path, restorable.backup, restorable.hub.database.url,
                    ])
                #expect(outcome.status == 1, "\(part): \(outcome)")
                #expect(outcome.errors.hasPrefix("error: "))
                try restorable.expectUntouched()
            }
            try restorable.hub.expect(0, "restore", restorable.backup, "--yes")
            #expect(try restorable.contents() == restorable.old)
        }
    }

    /// Runs a restore whose `pg_restore` is a script, in which `real` is the real one.
    private func restore(_ restorable: Restorable, by script: String) throws -> Command.Outcome {
        try withTemporaryFolder { folder in
            let real = try Program.run("bash", "-c", "command -v pg_restore").split(separator: "\n")[0]
            let standIn = """
                #!/bin/bash
                real() { '\(real)' "$@"; }
                case "$*" in *--single-transaction*) \(script) ;; *) real "$@" ;; esac
                """
            try Program.write(standIn, to: "\(folder)/pg_restore")
            var command = restorable.hub.command
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            command.environment["PATH"] = "\(folder):\(path)"
            return try command.run(["restore", restorable.backup, "--yes"])
        }
    }

    @Test(
        "by its server leaves what was there, and nothing half done",
        arguments: [
            ("echo 'pg_restore: error: No space left on device' >&2; exit 1", Int32(1), "No space left on device"),
            // It says that all went well.
            ("exit 0", 1, "was not restored whole"),
        ])
    func failing(_ script: String, _ status: Int32, _ message: String) throws {
        try withBackup(.postgresql) { restorable in
            let outcome = try restore(restorable, by: script)
            #expect(outcome.status == status, "\(outcome)")
            #expect(outcome.errors.replacing("\n", with: " ").contains(message))
            try restorable.expectUntouched()
        }
    }

    @Test("by somebody who connects meanwhile leaves what was there, and nothing half done")
    func usedMeanwhile() throws {
        try withBackup(.postgresql) { restorable in
            let outcome = try restore(
                restorable,
                by: """
                    real "$@" || exit; psql -Xqc 'SELECT pg_sleep(10)' '\(restorable.hub.database.url)' > /dev/null 2>&1 &
                    sleep 1
                    """)
            #expect(outcome.status == 6, "\(outcome)")
            try restorable.expectUntouched()
        }
    }

    @Test("keeps the limit on connections and the comment of what it replaces")
    func limit() throws {
        try withBackup(.postgresql) { restorable in
            guard case .postgresql(let server) = restorable.hub.database else { return }
            let name = server.parameters["dbname"] ?? ""
            let connection = try TestDatabase.postgresql(.fromEnvironment()).connect()
            try connection.execute(
                "ALTER DATABASE \(name) CONNECTION LIMIT 17; COMMENT ON DATABASE \(name) IS 'Mika''s hub'")
            try restorable.hub.expect(0, "restore", restorable.backup, "--yes")
            let found = try connection.query(
                "SELECT datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
                [.text(name)])
            #expect(found.map(\.values) == [[.integer(17), .text("Mika's hub")]])
        }
    }
}
