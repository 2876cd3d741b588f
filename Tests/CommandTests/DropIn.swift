import Foundation
import Migrations
import MigrationsTesting
import Testing

/// The files of `docs/drop-in.md`, with processes in the place of containers.
@Suite("In the hub's container")
struct DropIn {
    /// Does with the script what the hub's own program does: it shows the output at the end, and knows one status only.
    private static let startup = #"""
        #!/usr/bin/env python3
        import os, subprocess, sys
        here = os.path.dirname(os.path.abspath(__file__))
        script = os.path.join(here, "scripts", "run_migrations.py")
        result = subprocess.run([sys.executable, script], capture_output=True, text=True)
        print(result.stdout)
        print(result.stderr, file=sys.stderr)
        if result.returncode != 0:
            sys.exit(1)
        print("the server starts")
        """#

    /// A hub that ends a run with each status.
    static let hubs: [(status: Int32, fixture: String?, message: String)] = [
        (0, "v15", "Nothing to do"), (0, nil, "the database is fresh"),
        (3, "Mixed/b_v07_008failed", "this database is mixed"),
        (4, "v07", "a user and an organization"), (5, "v07", "needs your consent"),
    ]

    /// Hands over a folder that is as `/app` in the hub's container, with the files of the page, and what runs a command there.
    private func inContainer(
        of hub: (status: Int32, fixture: String?, message: String), on backend: TestBackend,
        _ body: ((String) throws -> Program.Outcome) throws -> Void
    ) throws {
        try backend.withHub(hub.fixture) { database in
            if hub.status == 4 {
                try database.database.connect().execute(
                    #"""
                    INSERT INTO "organization" ("id", "name", "created_at", "private_used_bytes", "public_used_bytes")
                    SELECT 901, "username", "created_at", 0, 0 FROM "user" ORDER BY "id" LIMIT 1
                    """#)
            }
            let (app, files) = (database.command.folder, FileManager.default)
            try files.createDirectory(atPath: "\(app)/scripts", withIntermediateDirectories: true)
            let start = try Self.block("sh").replacing("/app/", with: "\(app)/").replacing(
                "sleep infinity", with: "true")
            try Program.write(Self.startup, to: "\(app)/startup.py")
            try Program.write(Self.block("python"), to: "\(app)/scripts/run_migrations.py")
            try Program.write(start, to: "\(app)/start-hub")
            let folder = Command.path.split(separator: "/").dropLast().joined(separator: "/")
            let settings = database.command.environment.map { "\($0)='\($1)'" }.joined(separator: " ")
            try body { command in
                try Program.outcome(
                    of: "sh", ["-c", "cd '\(app)' && \(settings) PATH=\"/\(folder):$PATH\" \(command)"])
            }
        }
    }

    /// The page's block of a language that begins a file.
    private static func block(_ language: String) throws -> String {
        let page = try Repository.text("docs/drop-in.md")
        let blocks = page.split(separator: "```\(language)\n").dropFirst().map { $0.split(separator: "```")[0] }
        return String(try #require(blocks.first { $0.hasPrefix("#!") || $0.hasPrefix("import") }))
    }

    @Test(
        "the script of three lines starts the server with 0, and ends with 1 otherwise",
        arguments: TestBackend.allCases,
        hubs)
    func script(_ backend: TestBackend, _ hub: (status: Int32, fixture: String?, message: String)) throws {
        try inContainer(of: hub, on: backend) { start in
            let outcome = try start("./startup.py")
            #expect(outcome.status == (hub.status == 0 ? 0 : 1))
            #expect(outcome.output.contains("the server starts") == (hub.status == 0))
            let words = (outcome.output + outcome.errors).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(hub.message), "\(outcome)")
        }
    }

    @Test(
        "a start of one's own starts the server with 0, and waits where somebody has to act",
        arguments: TestBackend.allCases, hubs)
    func ownStart(_ backend: TestBackend, _ hub: (status: Int32, fixture: String?, message: String)) throws {
        try inContainer(of: hub, on: backend) { start in
            let outcome = try start("./start-hub")
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("the server starts") == (hub.status == 0))
            #expect(outcome.errors.contains("hub-api waits (status \(hub.status))") == (hub.status != 0))
        }
    }

    @Test(
        "the line of the page starts the server with 0, and ends with the run's status otherwise",
        arguments: TestBackend.allCases, hubs)
    func line(_ backend: TestBackend, _ hub: (status: Int32, fixture: String?, message: String)) throws {
        let line = #"entrypoint: ["kohaku-migrate", "start", "--", "/app/startup.py"]"#
        #expect(try Repository.text("docs/drop-in.md").contains(line))
        try inContainer(of: hub, on: backend) { start in
            let outcome = try start("kohaku-migrate start -- ./startup.py")
            #expect(outcome.status == hub.status, "\(outcome)")
            #expect(outcome.output.contains("the server starts") == (hub.status == 0))
            let words = (outcome.output + outcome.errors).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(hub.message), "\(outcome)")
        }
    }

    @Test("a server that is not there yet is tried again from outside")
    func unreachable() throws {
        try withTemporaryFolder { folder in
            try Program.write(Self.block("sh"), to: "\(folder)/start-hub")
            let bin = Command.path.split(separator: "/").dropLast().joined(separator: "/")
            let outcome = try Program.outcome(
                of: "sh",
                ["-c", "DATABASE_URL=postgresql://hub@127.0.0.1:1/hub PATH=\"/\(bin):$PATH\" '\(folder)/start-hub'"])
            #expect(outcome.status == 7)
        }
    }
}
