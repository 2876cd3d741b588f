import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("A rehearsal")
struct Rehearsals {
    private struct Document: Decodable {
        struct Copy: Decodable {
            var bytes: Int64
            var peakBytes: Int64
        }
        var status: String
        var copy: Copy
        var rows: Int64
        var untouched: Bool
        var run: RunDocument
    }

    /// What there is beside a hub: the files of both folders, and the server's databases whose names begin like its own.
    private static func surroundings(of hub: Hub) throws -> [String] {
        var names = try [hub.command.folder, hub.backupFolder].flatMap {
            try FileManager.default.contentsOfDirectory(atPath: $0)
        }
        if case .postgresql = hub.database {
            names += try hub.database.connect().query(
                "SELECT datname FROM pg_database WHERE starts_with(datname, current_database() || '-')"
            ).map { try $0.text(0) }
        }
        return names.sorted()
    }

    /// Asserts that the database, to the byte on SQLite, and what is beside it are the same after `body`.
    private func untouched(_ hub: Hub, by body: () throws -> Void) throws {
        let (before, beside) = try (hub.snapshot(), Self.surroundings(of: hub))
        try body()
        #expect(try hub.snapshot() == before)
        #expect(try Self.surroundings(of: hub) == beside)
    }

    @Test(
        "does on a copy what the run then does, and touches nothing", arguments: TestBackend.allCases,
        ["v00", "v07", "v15"])
    func run(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            let rows = try hub.snapshot().contents.rowCounts.values.reduce(0, +)
            var rehearsed: Document?
            try untouched(hub) { rehearsed = try hub.json(Document.self, "rehearse") }
            let rehearsal = try #require(rehearsed)
            let run = try hub.json(RunDocument.self, "run", "--yes", "--no-backup")
            #expect(rehearsal.status == "rehearsed")
            #expect(rehearsal.untouched)
            #expect(rehearsal.rows == rows)
            #expect(rehearsal.run.version == run.version)
            #expect(rehearsal.run.migrations.map(\.number) == run.migrations.map(\.number))
            #expect(rehearsal.run.migrations.map(\.tables) == run.migrations.map(\.tables))
            #expect(rehearsal.run.findings == run.findings)
            #expect(rehearsal.run.quarantined == run.quarantined)
            #expect(rehearsal.copy.bytes > 0)
            #expect(rehearsal.copy.peakBytes >= rehearsal.copy.bytes)
        }
    }

    @Test("of a file with a write-ahead log that somebody has open takes what is in it")
    func writeAheadLog() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.execute("CREATE TABLE mine (n INTEGER); INSERT INTO mine VALUES (1)")
            try untouched(hub) {
                let rehearsal = try hub.json(Document.self, "rehearse")
                #expect(rehearsal.run.version == 15)
                #expect(rehearsal.untouched)
                #expect(rehearsal.run.leftAlone.contains { $0.table == "mine" })
            }
        }
    }

    @Test("says how long it took and how much room, and how to go on", arguments: TestBackend.allCases)
    func text(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let outcome = try hub("rehearse")
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
            #expect(outcome.output.hasPrefix("kohaku-migrate · a copy of \(backend)"))
            #expect(
                outcome.output.contains(
                    /\nRehearsed: the copy reached version 015\.\n +time +room\n  copy +\d+\.\d\d s +\d+ MB\n  run +\d+\.\d\d s +\d+ MB\n/
                ))
            let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(/still has its \d+ rows\. The copy is removed\. Apply it: kohaku-migrate run$/))
        }
    }

    @Test("goes as far as it is told", arguments: TestBackend.allCases)
    func target(_ backend: TestBackend) throws {
        try backend.withHub("v00") { hub in
            try untouched(hub) {
                let rehearsal = try hub.json(Document.self, "rehearse", "--to", "7")
                #expect(rehearsal.run.version == 7)
            }
        }
    }

    @Test("of a stuck hub stops as the run does, and ends as the repair does", arguments: TestBackend.allCases)
    func repair(_ backend: TestBackend) throws {
        try backend.withHub("Mixed/b_v07_008failed_headinit") { hub in
            try untouched(hub) {
                let rehearsal = try hub("rehearse")
                let run = try hub("run", "--yes")
                #expect(rehearsal.status == 3 && run.status == 3)
                #expect(rehearsal.errors == run.errors)
            }
            var rehearsed: Document?
            try untouched(hub) { rehearsed = try hub.json(Document.self, "rehearse", "--repair") }
            let repair = try hub.json(RunDocument.self, "repair", "--yes", "--no-backup")
            #expect(rehearsed?.run.migrations.map(\.tables) == repair.migrations.map(\.tables))
            #expect(rehearsed?.run.quarantined == repair.quarantined)
            #expect(rehearsed?.run.version == repair.version)
        }
    }

    @Test("of a run that fails has its status and message", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.database.connect().execute(
                #"""
                INSERT INTO "organization" ("id", "name", "created_at", "private_used_bytes", "public_used_bytes")
                SELECT 901, "username", "created_at", 0, 0 FROM "user" ORDER BY "id" LIMIT 1
                """#)
            try untouched(hub) {
                let (rehearsal, run) = try (hub("rehearse"), hub("run", "--yes"))
                #expect(rehearsal.status == 4 && run.status == 4)
                #expect(rehearsal.errors == run.errors)
                #expect(
                    rehearsal.output.hasSuffix("The rehearsal stopped. It changed only the copy, which is removed:\n"))
            }
        }
    }

    /// Whether the copy of a hub is there already.
    private static func isCopying(_ hub: Hub) throws -> Bool {
        try surroundings(of: hub).contains { $0.hasSuffix("rehearsal-partial") || $0.hasSuffix("-rehearsal") }
    }

    @Test(
        "that a signal ends leaves nothing; what one leaves that was killed, the next removes",
        arguments: TestBackend.allCases, [0, 300, 1_500])
    func signals(_ backend: TestBackend, _ milliseconds: Int) throws {
        try backend.withHub("v07") { hub in
            try hub.addFiles(20_000)
            for (signal, status) in [(SIGINT, 130), (SIGTERM, 143), (SIGKILL, SIGKILL)] as [(Int32, Int32)] {
                try untouched(hub) {
                    let words = ["rehearse", "--dir", hub.backupFolder, "--database-url", hub.database.url]
                    try Program.running(Command.path, words) { program in
                        try program.wait { try Self.isCopying(hub) }
                        Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
                        program.signal(signal)
                        #expect([0, status].contains(program.outcome().status))
                    }
                    // A server needs a moment to notice that its client is gone.
                    if signal == SIGKILL {
                        try #require(try Self.eventually { try hub("rehearse", "--to", "7").status == 0 })
                    }
                }
            }
        }
    }

    private static func eventually(_ condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<20 {
            if try condition() { return true }
            Thread.sleep(forTimeInterval: 0.25)
        }
        return false
    }

    @Test("by two processes is made by one at a time", arguments: TestBackend.allCases)
    func two(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.addFiles(50_000)
            try untouched(hub) {
                let first = try hub.command.start(["rehearse"])
                let deadline = ContinuousClock.now + .seconds(60)
                while try !Self.isCopying(hub), ContinuousClock.now < deadline {}
                let second = try hub("rehearse")
                first.waitUntilExit()
                #expect(first.terminationStatus == 0)
                #expect([0, 6].contains(second.status), "\(second.errors)")
            }
        }
    }

    @Test(
        "without room for the copy ends before it begins, or with the full disk",
        arguments: Array(stride(from: 10, to: 490, by: 40)))
    func fullDisk(_ kilobytes: Int) throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try untouched(hub) {
                let script = #"""
                    mkdir device
                    if ! mount -t tmpfs -o size="$1"k tmpfs device 2> /dev/null; then ulimit -f "$1"; fi
                    "$0" rehearse --dir device; status=$?
                    echo "left:$(ls device)."
                    umount device 2> /dev/null; rmdir device
                    exit $status
                    """#
                let outcome = try hub.command.shell(script, String(kilobytes))
                #expect([1, 4].contains(outcome.status), "\(outcome)")
                #expect(outcome.errors.contains("no room for a copy") || outcome.errors.contains("disk"), "\(outcome)")
                #expect(outcome.output.hasSuffix("left:.\n"), "\(outcome)")
            }
        }
    }

    @Test("lets others write meanwhile, and says that they did", arguments: TestBackend.allCases)
    func writer(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.addFiles(50_000)
            let connection = try hub.database.connect()
            try connection.execute("CREATE TABLE visits (n INTEGER)")
            let process = try hub.command.start(["rehearse"])
            var longest = Duration.zero
            var visits: Int64 = 0
            while process.isRunning {
                let start = ContinuousClock.now
                try connection.execute("INSERT INTO visits VALUES (1)")
                visits += 1
                longest = max(longest, .now - start)
                Thread.sleep(forTimeInterval: 0.005)
            }
            #expect(process.terminationStatus == 0)
            #expect(try connection.countRows(in: "visits") == visits)
            #expect(longest < .seconds(1), "a writer waited for \(longest)")
        }
    }

    @Test("is told apart from one beside which others wrote", arguments: TestBackend.allCases)
    func changed(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.addFiles(20_000)
            let connection = try hub.database.connect()
            try connection.execute("CREATE TABLE visits (n INTEGER)")
            try Program.running(
                Command.path, ["rehearse", "--dir", hub.backupFolder, "--database-url", hub.database.url]
            ) { program in
                try program.wait { program.output.contains("008 foreignkey_refactoring …") }
                try connection.execute("INSERT INTO visits VALUES (1)")
                let outcome = program.outcome()
                #expect(outcome.status == 0)
                #expect(
                    outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
                        "has other rows than before, as somebody else wrote it meanwhile. The copy is removed."))
            }
        }
    }

    @Test("needs a folder that is there, and a database", arguments: TestBackend.allCases)
    func folder(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try untouched(hub) {
                let outcome = try hub("rehearse", "--dir", "missing")
                #expect(outcome.status == 5)
                #expect(outcome.errors.hasPrefix("error: no copy can be made: there is no folder missing\n"))
            }
        }
        try TestBackend.sqlite.withHub { hub in
            let outcome = try hub("rehearse", "--database-url", "sqlite:///missing.db")
            #expect(outcome.status == 7)
            #expect(try Self.surroundings(of: hub).allSatisfy { !$0.contains("missing") })
        }
    }

    @Test("by a role that may not create databases says which right it needs")
    func role() throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            guard case .postgresql(let server) = hub.database else { return }
            let role = "rehearser_\(ProcessInfo.processInfo.processIdentifier)"
            let administrator = try TestDatabase.postgresql(.fromEnvironment()).connect()
            try administrator.execute("CREATE ROLE \(role) LOGIN; GRANT pg_read_all_data TO \(role)")
            defer { try? administrator.execute("DROP ROLE \(role)") }
            let url = server.url.replacing("postgres@", with: "\(role)@")
            try untouched(hub) {
                let outcome = try hub("rehearse", "--database-url", url)
                #expect(outcome.status == 4)
                #expect(outcome.errors.contains("CREATEDB"))
            }
        }
    }

    @Test("is where the plan and the question point to")
    func pointers() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            #expect(
                try hub("plan").output.hasSuffix(
                    """
                    It will ask for consent to 008, and make a backup of up to 1 MB first.
                    To see on a copy how long it takes and how much room: kohaku-migrate rehearse
                    Apply it: kohaku-migrate run

                    """))
            let question = try hub.command.atTerminal(typing: "no", ["run"])
            #expect(question.output.contains("To try it on a copy first: kohaku-migrate rehearse\n"))
        }
    }
}
