import Foundation
import Migrations
import MigrationsTesting
import Testing

/// What is asked for consent leads back by a backup, which the command makes itself.
@Suite("Backups")
struct Backups {
    /// The finished backups of a hub, and everything else in their folder that looks like one.
    static func files(of hub: Hub, in folder: String? = nil) throws -> [String] {
        let folder = folder ?? hub.backupFolder
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".backup") }.sorted()
    }

    private static func isName(_ file: String, version: String) -> Bool {
        file.wholeMatch(of: /.+\.backup-\d{8}T\d{6}Z-v(\d{3})/)?.1 == version[...]
    }

    @Test("A run makes one before 008, names it, and its last line leads back", arguments: TestBackend.allCases)
    func run(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let outcome = try hub("run", "--yes")
            #expect(outcome.status == 0)
            let files = try Self.files(of: hub)
            #expect(files.count == 1 && Self.isName(files[0], version: "006"), "\(files)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.last?.hasPrefix("kohaku-migrate restore ") == true)
            #expect(lines.last?.contains("/\(files[0]) --database-url ") == true)
            #expect(lines[lines.count - 2] == "To go back to this backup, stop the hub and run:")
            #expect(outcome.output.contains(/\n  backup:\s+\S+\s+\(1 MB\)\n/))
            try hub.expect(0, "run", "--yes")
            #expect(try Self.files(of: hub) == files)
        }
    }

    @Test("The hub's variable is consent to migrate, and no waiver of the backup", arguments: TestBackend.allCases)
    func automatic(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            var command = hub.command
            command.environment["KOHAKU_HUB_AUTO_MIGRATE"] = "true"
            try command.expect(0, "run")
            #expect(try Self.files(of: hub).count == 1)
        }
    }

    @Test("None is made where nothing asks for consent, or when it is not wanted", arguments: TestBackend.allCases)
    func none(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            try hub.expect(0, "run", "--to", "7")
            try hub.expect(5, "run")
            #expect(try Self.files(of: hub) == [])
            let outcome = try hub("run", "--yes", "--no-backup")
            #expect(outcome.status == 0)
            #expect(!outcome.output.contains("\n  backup") && !outcome.output.contains("kohaku-migrate restore"))
            #expect(try Self.files(of: hub) == [])
        }
    }

    @Test(
        "One is made before tables of the newest version are changed, whatever else the run does first",
        arguments: TestBackend.allCases, ["v14", "v15"])
    func reconciling(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            try hub.loosenRepository()
            let before = try hub.snapshot()
            try hub.expect(5, "run")
            try hub.expect(5, "run", "--yes", "--backup-dir", "missing")
            #expect(try hub.snapshot() == before)
            let outcome = try hub("run", "--yes")
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("fixed: "))
            let files = try Self.files(of: hub)
            #expect(files.count == 1 && Self.isName(files[0], version: "0\(fixture.suffix(2))"), "\(files)")
        }
    }

    @Test(
        "A run that fails before it changed anything leaves none, however often it starts",
        arguments: TestBackend.allCases)
    func unchanged(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let other = try hub.database.connect()
            // On SQLite the look before the backup would find it.
            if backend == .postgresql { try other.execute(Self.refusal(backend)) }
            let before = try hub.snapshot()
            if backend == .sqlite { try other.execute("BEGIN IMMEDIATE") }
            try withExtendedLifetime(other) {
                for _ in 1...3 {
                    let outcome = try hub("run", "--yes", "--lock-timeout", "0")
                    #expect(outcome.output.contains("\n  backup:") && outcome.status != 0, "\(outcome)")
                    #expect(!outcome.errors.contains("To go back"))
                }
            }
            #expect(try Self.files(of: hub) == [])
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A repair makes one as well", arguments: TestBackend.allCases)
    func repair(_ backend: TestBackend) throws {
        try backend.withHub("Mixed/b_v07_008failed_headinit") { hub in
            try hub.expect(0, "plan", "--repair")
            #expect(try Self.files(of: hub) == [])
            let outcome = try hub("repair", "--yes")
            #expect(outcome.status == 0)
            #expect(outcome.output.split(separator: "\n").last?.hasPrefix("kohaku-migrate restore ") == true)
            #expect(try Self.files(of: hub).count == 1)
            try hub.expect(0, "repair", "--yes")
            #expect(try Self.files(of: hub).count == 1)
        }
    }

    @Test("It goes where it is told, and the document names it", arguments: TestBackend.allCases)
    func folder(_ backend: TestBackend) throws {
        struct Document: Decodable {
            struct Backup: Decodable {
                var path: String
                var size: Int
                var restore: String
            }
            var backup: Backup
        }
        try backend.withHub("v05") { hub in
            try withTemporaryFolder { folder in
                let made = try hub.json(Document.self, "run", "--yes", "--backup-dir", folder).backup
                #expect(try Self.files(of: hub) == [])
                #expect(try Self.files(of: hub, in: folder).map { "\(folder)/\($0)" } == [made.path])
                #expect(try FileManager.default.attributesOfItem(atPath: made.path)[.size] as? Int == made.size)
                #expect(made.restore.hasPrefix("kohaku-migrate restore \(made.path) --database-url "))
            }
        }
    }

    @Test(
        "Without a folder for it the run ends with 5 and the flags, and nothing is changed",
        arguments: TestBackend.allCases)
    func noFolder(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot()
            let outcome = try hub("run", "--yes", "--backup-dir", "missing")
            #expect(outcome.status == 5)
            #expect(
                outcome.errors == """
                    error: no backup can be made: there is no folder missing
                    Without a backup nothing is changed. Give another folder with --backup-dir, or go on without a
                    backup: --no-backup

                    """)
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("At a terminal the question names it before it is made")
    func question() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let outcome = try hub.command.atTerminal(typing: "no", ["run"])
            #expect(outcome.status == 5)
            let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(/A backup is made first: \S+hub\.db\.backup-\d{8}T\d{6}Z-v006 \(up to 1 MB\)/))
            #expect(try Self.files(of: hub) == [])
            let without = try hub.command.atTerminal(typing: "yes", ["run", "--no-backup"])
            #expect(without.status == 0)
            #expect(without.output.contains("\nNo backup is made.\n"))
        }
    }

    @Test("What fails after it says how to go back, in the last line", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            // No row of it is refused before 008 writes the table.
            let connection = try hub.database.connect()
            try connection.execute(Self.refusal(backend))
            let outcome = try hub("run", "--yes")
            #expect(outcome.status != 0)
            #expect(outcome.errors.split(separator: "\n").last?.hasPrefix("kohaku-migrate restore ") == true)
            #expect(try Self.files(of: hub).count == 1)
        }
    }

    @Test(
        "One that is killed leaves a file that the next one removes; one that is stopped leaves none",
        arguments: [SIGKILL, SIGTERM])
    func killed(_ signal: Int32) throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            let connection = try hub.database.connect()
            try connection.execute(
                """
                CREATE TABLE ballast (x INTEGER, t BLOB);
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 6000)
                INSERT INTO ballast SELECT x, zeroblob(20000) FROM n
                """)
            let before = try hub.snapshot()
            let partial = "\(hub.backupFolder)/hub.db.backup-partial"
            let words = ["KOHAKU_HUB_DATABASE_URL=\(hub.database.url)", Command.path, "run", "--yes"]
            try Program.running("env", words) { program in
                try program.wait { FileManager.default.fileExists(atPath: partial) }
                program.signal(signal)
                #expect(program.outcome().status == (signal == SIGKILL ? SIGKILL : 128 + SIGTERM))
            }
            #expect(try Self.files(of: hub) == (signal == SIGKILL ? ["hub.db.backup-partial"] : []))
            #expect(try hub.snapshot() == before)
            try hub.expect(0, "run", "--yes")
            #expect(try Self.files(of: hub).count == 1)
            #expect(!FileManager.default.fileExists(atPath: partial))
        }
    }

    @Test(
        "One that does not fit on the disk leaves nothing behind, and nothing is changed",
        arguments: TestBackend.allCases)
    func fullDisk(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot()
            // The limit of a file's size stands for the disk: with its signal ignored the write fails.
            let outcome = try Program.outcome(
                of: "bash",
                [
                    "-c", #"trap '' XFSZ; cd "$1"; ulimit -f 16; exec "$0" backup create --database-url "$2""#,
                    Command.path, hub.command.folder, hub.database.url,
                ])
            #expect([1, 5].contains(outcome.status), "\(outcome)")
            #expect(outcome.errors.contains(backend == .sqlite ? "the backup failed" : "File too large"), "\(outcome)")
            #expect(try Self.files(of: hub) == [])
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("Where it may not fit the run ends with 4 before it is begun")
    func noRoom() throws {
        try TestBackend.sqlite.withHub("v05") { hub in
            try withTemporaryFolder { folder in
                // Root may make a device of a size of its own; elsewhere the folder has room.
                let isSmall =
                    try Program.outcome(of: "mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status == 0
                defer { if isSmall { _ = try? Program.outcome(of: "umount", [folder]) } }
                let before = try hub.snapshot()
                let outcome = try hub("run", "--yes", "--backup-dir", folder)
                guard isSmall else { return #expect(outcome.status == 0) }
                #expect(outcome.status == 4)
                let words = outcome.errors.replacing("\n", with: " ")
                #expect(words.contains("there is no room for a backup: it may take 1 MB, and"))
                #expect(words.contains("--backup-dir"))
                #expect(try Self.files(of: hub, in: folder) == [])
                #expect(try hub.snapshot() == before)
            }
        }
    }

    @Test("Of several that start at once, all end well, and each backup is whole", arguments: TestBackend.allCases)
    func sideBySide(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let processes = try (1...3).map { _ in try hub.command.start(["run", "--yes", "--lock-timeout", "60"]) }
            for process in processes {
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
            let files = try Self.files(of: hub)
            #expect((1...3).contains(files.count) && files.allSatisfy { $0.contains(".backup-2") }, "\(files)")
            try hub.expect(0, "verify")
        }
    }

    /// Forbids what 008 does to a row.
    private static func refusal(_ backend: TestBackend) -> String {
        switch backend {
        case .sqlite:
            #"CREATE UNIQUE INDEX "one_shape" ON "user" (("email" IS NULL)) WHERE "email" IS NULL"#
        case .postgresql:
            #"ALTER TABLE "user" ADD CONSTRAINT "reachable" CHECK ("email" IS NOT NULL)"#
        }
    }
}

extension Hub {
    /// Makes the schema differ in a column of one table.
    fileprivate func loosenRepository() throws {
        switch database {
        case .sqlite:
            try database.connect().execute(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, '"private" INTEGER NOT NULL', '"private" INTEGER')
                WHERE name = 'repository';
                PRAGMA writable_schema = RESET
                """)
        case .postgresql:
            try database.connect().execute("ALTER TABLE repository ALTER private DROP NOT NULL")
        }
    }
}
