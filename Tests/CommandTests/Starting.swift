import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("Start")
struct Starting {
    /// Runs the command by way of a shell, which says how it was called.
    private func shell(_ hub: Hub, _ script: String) throws -> Program.Outcome {
        let settings = hub.command.environment.map { "export \($0)='\($1)'" }.joined(separator: "\n")
        return try Program.outcome(
            of: "bash", ["-c", "cd '\(hub.command.folder)'\n\(settings)\nexport KM='\(Command.path)'\n\(script)"])
    }

    @Test(
        "becomes the command: the same process, and what it says is the run's, then the command's",
        arguments: TestBackend.allCases)
    func becomes(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let outcome = try shell(
                hub,
                #"""
                echo "shell $$"
                exec "$KM" start --yes --no-backup -- sh -c 'echo "command $$ with $0 and $1"; exit 42' 'one word' "it's"
                """#)
            #expect(outcome.status == 42, "\(outcome)")
            let process = try #require(outcome.output.firstMatch(of: /^shell (\d+)/)).1
            #expect(outcome.output.contains("Done: the database is at version 015"))
            #expect(outcome.output.hasSuffix("command \(process) with one word and it's\n"))
            try hub.expect(0, "status", "--exit-code")
        }
    }

    /// Writes down what a process finds when it begins.
    private static let look = #"""
        #!/usr/bin/env python3
        import os, sys
        lines = []
        for descriptor in sorted(os.listdir("/proc/self/fd")):
            try:
                lines.append(descriptor + " -> " + os.readlink("/proc/self/fd/" + descriptor))
            except FileNotFoundError:
                pass
        lines += [line.strip() for line in open("/proc/self/status") if line[:6] in ("SigPnd", "SigBlk", "SigIgn", "SigCgt")]
        # A shell counts itself, and names what it runs.
        lines += [f"{key}={value}" for key, value in os.environ.items() if key not in ("SHLVL", "_")]
        lines += [os.getcwd(), str(os.umask(0))]
        open(sys.argv[1], "w").write("\n".join(lines))
        """#

    @Test(
        "leaves descriptors, signals, environment and folder as they were", arguments: TestBackend.allCases,
        ["", "<&-", ">&-", "2>&-"])
    func surroundings(_ backend: TestBackend, _ closed: String) throws {
        try backend.withHub("v15") { hub in
            let folder = hub.command.folder
            try Program.write(Self.look, to: "\(folder)/look")
            let outcome = try shell(
                hub,
                #"""
                export SECRET='a b'
                umask 027
                trap '' USR1
                ./look direct \#(closed)
                "$KM" start -- ./look became \#(closed)
                """#)
            #expect(outcome.status == 0, "\(outcome)")
            let direct = try String(contentsOfFile: "\(folder)/direct", encoding: .utf8)
            let became = try String(contentsOfFile: "\(folder)/became", encoding: .utf8)
            #expect(direct.contains("SECRET=a b") && direct.contains("SigIgn:"))
            #expect(became == direct)
        }
    }

    @Test("a signal reaches the command", arguments: [SIGTERM, SIGINT])
    func signal(_ number: Int32) throws {
        try TestBackend.sqlite.withHub("v15") { hub in
            let script = "trap 'exit 9' TERM INT; echo ready; while :; do sleep 0.05; done"
            let arguments = ["start", "--database-url", hub.database.url, "--", "sh", "-c", script]
            let outcome = try Program.running(Command.path, arguments) { program in
                try program.wait { program.output.hasSuffix("ready\n") }
                program.signal(number)
                return program.outcome()
            }
            #expect(outcome.status == 9)
        }
    }

    @Test("a run that fails does not start it, and gives its status", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        for (fixture, status) in [("v07", Int32(5)), ("Mixed/b_v07_008failed", 3)] {
            try backend.withHub(fixture) { hub in
                let before = try hub.snapshot()
                let outcome = try hub("start", "--", "touch", "started")
                #expect(outcome.status == status, "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(hub.command.folder)/started"))
                #expect(try hub.snapshot() == before)
            }
        }
    }

    @Test(
        "a command that is not there or cannot be executed is reported before anything changes",
        arguments: TestBackend.allCases)
    func commands(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot()
            let folder = hub.command.folder
            try "no program".write(toFile: "\(folder)/text", atomically: true, encoding: .utf8)
            for (command, status) in [
                ("no-such-program", Int32(127)), ("./no-such-program", 127), ("./text", 126), (folder, 126),
            ] {
                let outcome = try hub("start", "--yes", "--", command)
                #expect(outcome.status == status, "\(command): \(outcome.errors)")
                #expect(outcome.errors.contains("Nothing was changed."))
                #expect(outcome.output == "")
            }
            #expect(try hub.snapshot() == before)
            try hub.expect(64, "start", "--yes")
            try hub.expect(64, "start", "--yes", "true")
        }
    }

    @Test("a new SQLite database is made only for a command that is there")
    func newDatabase() throws {
        try TestBackend.sqlite.withHub { hub in
            guard case .sqlite(let path) = hub.database else { return }
            try hub.expect(127, "start", "--", "no-such-program")
            #expect(!FileManager.default.fileExists(atPath: path))
            try hub.expect(0, "start", "--", "true")
            try hub.expect(0, "status", "--exit-code")
        }
    }

    @Test("a command that goes away meanwhile is said to be missing, and that the database is ready")
    func goneMeanwhile() throws {
        try TestBackend.sqlite.withHub("v15") { hub in
            // The interpreter is not looked for before.
            try Program.write("#!/no/such/interpreter", to: "\(hub.command.folder)/script")
            let outcome = try hub("start", "--", "./script")
            #expect(outcome.status == 127)
            #expect(outcome.errors.contains("The database is ready. The command was not started."))
        }
    }

    @Test("waits for the folder of the database first")
    func waits() throws {
        try withTemporaryFolder { folder in
            let arguments = ["start", "--database-url", "sqlite:///\(folder)/volume/hub.db", "--", "echo", "started"]
            let outcome = try Program.running(Command.path, arguments) { program in
                try program.wait { program.output.replacing("\n", with: " ").contains("there is no folder") }
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/volume", withIntermediateDirectories: false)
                return program.outcome()
            }
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.hasSuffix("\nstarted\n"))
        }
    }

    @Test(
        "the health file is there while it works, is touched, and is gone when the command begins",
        arguments: TestBackend.allCases)
    func healthFile(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let other = try hub.database.connect()
            try other.execute(
                backend == .sqlite ? "BEGIN IMMEDIATE" : #"BEGIN; LOCK TABLE "user" IN ACCESS SHARE MODE"#)
            let file = "\(hub.command.folder)/health"
            let arguments = [
                "start", "--yes", "--no-backup", "--lock-timeout", "60", "--health-file", file, "--database-url",
                hub.database.url, "--", "test", "!", "-e", file,
            ]
            let outcome = try Program.running(Command.path, arguments) { program in
                try program.wait { program.output.contains(" …") }
                let first = try modified(file)
                Thread.sleep(forTimeInterval: 2.5)
                // It waits for the lock.
                #expect(try modified(file).timeIntervalSince(first) < 1.5)
                #expect(try Date().timeIntervalSince(modified(file)) > 1)
                try other.execute("ROLLBACK")
                return program.outcome()
            }
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    private func modified(_ path: String) throws -> Date {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    }

    @Test("a health file that is something else is refused, and nothing is changed", arguments: ["run", "repair"])
    func healthFileInTheWay(_ verb: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            guard case .sqlite(let path) = hub.database else { return }
            let before = try hub.snapshot()
            for file in [path, "/no/such/folder/health", "/"] {
                try hub.expect(64, verb, "--yes", "--health-file", file)
            }
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(try hub.snapshot() == before)
        }
    }
}
