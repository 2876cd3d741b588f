import Foundation
import Migrations
import MigrationsTesting
import Testing

/// Backups of PostgreSQL are made by the server's own program.
@Suite("pg_dump")
struct BackupPrograms {
    @Test("Without pg_dump the run ends with 5 and the package, and nothing is changed")
    func noProgram() throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            let before = try hub.snapshot()
            var command = hub.command
            command.environment["PATH"] = "/nowhere"
            let outcome = try command.run(["run", "--yes"])
            #expect(outcome.status == 5)
            let words = outcome.errors.replacing("\n", with: " ")
            #expect(
                words.contains("pg_dump is not installed. On Debian and Ubuntu it is in the package postgresql-client"))
            #expect(words.contains("--no-backup"))
            #expect(try hub.snapshot() == before)
            try command.expect(0, "run", "--yes", "--no-backup")
        }
    }

    @Test("An old pg_dump, and one that fails, end the run with 5, and nothing is changed", arguments: ["9", "99"])
    func otherProgram(_ version: String) throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            let before = try hub.snapshot()
            try withTemporaryFolder { folder in
                for name in ["pg_dump", "pg_restore"] {
                    let script = """
                        #!/bin/sh
                        if [ "$1" = --version ]; then echo 'pg_dump (PostgreSQL) \(version).1'; exit; fi
                        echo 'pg_dump: error: permission denied for table secrets' >&2; exit 1
                        """
                    try Program.write(script, to: "\(folder)/\(name)")
                }
                var command = hub.command
                command.environment["PATH"] = "\(folder):/usr/bin:/bin"
                let outcome = try command.run(["run", "--yes"])
                #expect(outcome.status == 5)
                let words = outcome.errors.replacing("\n", with: " ")
                #expect(words.contains(version == "9" ? "is of version 9" : "permission denied for table secrets"))
                #expect(words.contains("--no-backup"))
                #expect(try hub.snapshot() == before)
                #expect(try Backups.files(of: hub) == [])
            }
        }
    }

    @Test(
        "The signal that ended pg_dump is told, and one that ends both is an interruption",
        arguments: [
            ("kill -KILL $$", Int32(5), "It was ended by signal 9."),
            ("kill -TERM $PPID $$", 128 + SIGTERM, "interrupted"),
        ])
    func signals(_ script: String, _ status: Int32, _ message: String) throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            try withTemporaryFolder { folder in
                let script = """
                    #!/bin/sh
                    if [ "$1" = --version ]; then exec /usr/bin/pg_dump --version; fi
                    \(script)
                    """
                try Program.write(script, to: "\(folder)/pg_dump")
                let words = ["run", "--yes", "--database-url", hub.database.url, "--backup-dir", hub.backupFolder]
                let outcome = try Program.outcome(of: "env", ["PATH=\(folder):/usr/bin:/bin", Command.path] + words)
                #expect(outcome.status == status, "\(outcome)")
                #expect(outcome.errors.replacing("\n", with: " ").contains(message))
                #expect(try Backups.files(of: hub) == [])
            }
        }
    }

    @Test("The password reaches pg_dump, and nobody else")
    func password() throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            try withTemporaryFolder { folder in
                let program = try Program.outcome(of: "sh", ["-c", "command -v pg_dump"]).output.split(separator: "\n")[
                    0]
                let bin = program.split(separator: "/").dropLast().joined(separator: "/")
                let script = """
                    #!/bin/sh
                    if [ "$1" = --version ]; then exec \(program) --version; fi
                    echo "$*" > '\(folder)/arguments'; echo "$PGPASSWORD" > '\(folder)/password'
                    exec \(program) "$@"
                    """
                try Program.write(script, to: "\(folder)/pg_dump")
                var command = hub.command
                command.environment["PATH"] = "\(folder):/\(bin):/usr/bin:/bin"
                let url = hub.database.url.replacing("://postgres@", with: "://postgres:s3cret@")
                let outcome = try command.run(["run", "--yes", "--verbose", "--database-url", url])
                #expect(outcome.status == 0)
                #expect(!outcome.everything.contains("s3cret"))
                #expect(
                    outcome.output.replacing("\n", with: " ").contains(
                        "stop the hub and run, with the password in PGPASSWORD or ~/.pgpass: kohaku-migrate restore "))
                #expect(try String(contentsOfFile: "\(folder)/password", encoding: .utf8) == "s3cret\n")
                #expect(try !String(contentsOfFile: "\(folder)/arguments", encoding: .utf8).contains("s3cret"))
            }
        }
    }
}
