import Foundation
import MigrationsTesting
import Testing

/// What stops the command before it looks at any table: what is wrong, where, and what to do next.
@Suite("Databases that cannot be used")
struct UnusableDatabases {
    static let verbs = ["status", "plan", "verify", "run", "init"]

    @Test(
        "A URL that makes no sense is named with its source and the forms that do",
        arguments: [
            ("mysql://hub@localhost/hub", "unknown database kind \"mysql\""),
            ("hub.db", "the database URL has no scheme"),
            ("sqlite://hub.db", "the SQLite URL does not name a file"),
            ("postgresql://hub@localhost:port/hub", "the port of the database URL is not a number from 1 to 65535"),
        ])
    func senselessURL(_ url: String, _ message: String) throws {
        try withTemporaryFolder { folder in
            for verb in Self.verbs {
                let outcome = try Command(folder: folder)(verb, "--database-url", url)
                #expect(outcome.status == 64)
                #expect(outcome.errors.hasPrefix("error: --database-url: \(message)\n"))
                #expect(outcome.errors.contains("Use sqlite:///hub.db (relative)"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("A folder that is missing is named, and not made", arguments: verbs)
    func folderIsMissing(_ verb: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)(verb, "--database-url", "sqlite:///data/hub.db")
            #expect(outcome.status == 7)
            #expect(
                outcome.errors == """
                    error: cannot open data/hub.db: there is no folder data
                    Check the database URL, the server and the permissions, then run again.

                    """)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/data"))
        }
    }

    @Test("What is no file is named, and not opened", arguments: verbs)
    func noFile(_ verb: String) throws {
        try withTemporaryFolder { folder in
            try Program.run("mkfifo", "\(folder)/pipe.db")
            try FileManager.default.createDirectory(atPath: "\(folder)/folder.db", withIntermediateDirectories: true)
            for (path, kind) in [("pipe.db", "a FIFO"), ("/dev/null", "a device"), ("folder.db", "a folder")] {
                let outcome = try Command(folder: folder)(verb, "--database-url", "sqlite:///\(path)")
                #expect(outcome.status == 7)
                #expect(outcome.errors.hasPrefix("error: cannot open \(path): it is \(kind), not a file\n"))
            }
        }
    }

    @Test("What is no journal is named beside the file, and not opened", arguments: verbs)
    func noJournal(_ verb: String) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            guard case .sqlite(let path) = hub.database else { return }
            let before = try hub.snapshot()
            for journal in ["-journal", "-wal", "-shm"] {
                try Program.run("mkfifo", path + journal)
                let outcome = try hub(verb)
                #expect(outcome.status == 7)
                #expect(
                    outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ").hasPrefix(
                        "error: cannot open \(path): \(path)\(journal), where SQLite expects a journal, is a FIFO, not a file"
                    ))
                try FileManager.default.removeItem(atPath: path + journal)
            }
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A limit on the size of files stops a run like a full disk, and the hub is as it was")
    func fileSizeLimit() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            guard case .sqlite(let path) = hub.database else { return }
            let before = try hub.snapshot()
            // Blocks of 1024 bytes: the file fits, and no more.
            let limit = try #require(before.file).count / 1024 + 16
            let outcome = try Program.outcome(
                of: "bash",
                ["-c", "ulimit -f \(limit); '\(Command.path)' run --yes --database-url 'sqlite:///\(path)'"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("by a limit on the size of files (ulimit -f)"))
            #expect(outcome.errors.contains("It was rolled back. Free disk space, then run again."))
            #expect(try hub.snapshot().contents == before.contents)
            try hub.expect(0, "run", "--yes")
        }
    }

    @Test("A file that is not a SQLite database is named, and not touched", arguments: verbs)
    func fileIsNoDatabase(_ verb: String) throws {
        try withTemporaryFolder { folder in
            let text = String(repeating: "These are notes about a hub. ", count: 50)
            try text.write(toFile: "\(folder)/notes.txt", atomically: true, encoding: .utf8)
            let outcome = try Command(folder: folder)(verb, "--database-url", "sqlite:///notes.txt")
            #expect(outcome.status == 7)
            #expect(outcome.errors.hasPrefix("error: notes.txt is not a SQLite database"))
            #expect(outcome.errors.contains("Check the database URL"))
            #expect(try String(contentsOfFile: "\(folder)/notes.txt", encoding: .utf8) == text)
        }
    }

    @Test("Looking at a database that does not exist does not make it", arguments: ["status", "plan", "verify"])
    func lookingMakesNoFile(_ verb: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)(verb)
            #expect(outcome.status == (verb == "verify" ? 3 : 0))
            #expect(outcome.output.contains("Fresh: "))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("A write-protected file can be looked at and is not migrated, not even by root")
    func fileIsWriteProtected() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            guard case .sqlite(let path) = hub.database else { return }
            let before = try hub.snapshot()
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
            try hub.expect(0, "status")
            let outcome = try hub("run", "--yes")
            #expect(outcome.status == 7)
            // A long path breaks the line.
            #expect(outcome.errors.replacing("\n", with: " ").hasPrefix("error: \(path) is write-protected "))
            #expect(outcome.errors.contains("permissions, then run again."))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A server that is down is named with its address", arguments: verbs)
    func serverIsDown(_ verb: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)(verb, "--database-url", "postgresql://hub@127.0.0.1:1/hub")
            #expect(outcome.status == 7)
            #expect(outcome.errors.hasPrefix("error: connection to server at \"127.0.0.1\", port 1 failed:"))
            #expect(outcome.errors.contains("Check the database URL, the server and the permissions, then run again."))
        }
    }

    @Test("A database that the server does not have is named", arguments: verbs)
    func serverLacksDatabase(_ verb: String) throws {
        try TestBackend.postgresql.withHub { hub in
            let url = hub.database.url.replacing("/kohaku_test_", with: "/no_kohaku_test_")
            let outcome = try hub(verb, "--database-url", url)
            #expect(outcome.status == 7)
            #expect(outcome.errors.contains("does not exist"))
        }
    }

    @Test("A session that cannot write is reported before anything changes")
    func sessionIsReadOnly() throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            let before = try hub.snapshot()
            let url = hub.database.url + "&options=-cdefault_transaction_read_only%3Don"
            let outcome = try hub("run", "--yes", "--database-url", url)
            #expect(outcome.status == 7)
            #expect(outcome.errors.contains("read-only transaction (25006)"))
            // A plan only looks, and shows what would stop the run.
            let plan = try hub("plan", "--database-url", url)
            #expect(plan.status == 0)
            #expect(
                plan.output.contains(
                    "warning: default_transaction_read_only is on: a run would stop before any change."))
            #expect(plan.output.contains("007 avatar_support"))
            #expect(try hub.snapshot() == before)
        }
    }
}
