import Foundation
import Migrations
import MigrationsPostgreSQL
import MigrationsSQLite
import MigrationsTesting
import Synchronization
import Testing

@Suite("A backup")
struct BackingUp {
    /// The library in a database of its own, a connection to it, and an empty folder for backups.
    private func withLibrary(
        _ backend: TestBackend, _ body: (any DatabaseConnection & BackupSource, String) throws -> Void
    ) throws {
        try backend.withConnection { connection in
            try connection.execute(Library.sql(backend.dialect))
            let source = try #require(connection as? any DatabaseConnection & BackupSource)
            try withTemporaryFolder { try body(source, $0) }
        }
    }

    /// The file that a backup is until it is whole.
    private func partial(of next: Backup) -> String {
        next.path.replacing(/\.backup-.*/, with: ".backup-partial")
    }

    private func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("has the time and the version in its name, and only its owner may read it", arguments: TestBackend.allCases)
    func name(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let backup = try source.makeBackup(source.nextBackup(in: folder, version: 7))
            #expect(try files(in: folder).count == 1)
            #expect(backup.path.wholeMatch(of: /.*\/[^\/]+\.backup-\d{8}T\d{6}Z-v007/) != nil)
            let attributes = try FileManager.default.attributesOfItem(atPath: backup.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(attributes[.size] as? Int64 == backup.size)
            #expect(backup.size > 0)
        }
    }

    @Test("is listed with others of the database, the oldest first, and pruned", arguments: TestBackend.allCases)
    func names(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let made = try (1...3).map { try source.makeBackup(source.nextBackup(in: folder, version: $0)) }
            for other in ["notes.txt", "other.db.backup-20260101T000000Z-v001"] {
                try "x".write(toFile: "\(folder)/\(other)", atomically: true, encoding: .utf8)
            }
            let names = source.backupNames(in: folder)
            // A folder with the name of a backup is none.
            let folderOfName = made[0].path.replacing(/\d{8}T/, with: "20200101T")
            try FileManager.default.createDirectory(atPath: folderOfName, withIntermediateDirectories: false)
            #expect(try names.all() == made)
            #expect(try names.prune(keeping: 1) == Array(made.dropLast()))
            #expect(try names.all() == [made[2]])
            #expect(try names.prune(keeping: 1) == [])
            #expect(try files(in: folder).count == 4)
        }
    }

    @Test(
        "is told from those of another database with the same name in the same folder", arguments: TestBackend.allCases)
    func sameStem(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let made = try source.makeBackup(source.nextBackup(in: folder, version: 7))
            try withTemporaryFolder { place in
                let other =
                    switch backend {
                    case .sqlite: SQLiteConnection.backupNames(of: "\(place)/hub.db", in: folder)
                    case .postgresql:
                        try PostgresConnection.backupNames(
                            of: ["host": place, "dbname": source.query("SELECT current_database()")[0].text(0)],
                            in: folder)
                    }
                #expect(try other.all() == [])
                #expect(try other.prune(keeping: 1) == [])
                #expect(try source.backupNames(in: folder).all() == [made])
            }
        }
    }

    @Test("takes the next name where another process took its own meanwhile", arguments: TestBackend.allCases)
    func sameName(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let next = try source.nextBackup(in: folder, version: 7)
            let made = try (1...3).map { _ in try source.makeBackup(next) }
            #expect(made[0].path == next.path)
            #expect(try files(in: folder).map { "\(folder)/\($0)" } == made.map(\.path))
        }
    }

    @Test("leaves nothing behind when it is interrupted", arguments: TestBackend.allCases)
    func interrupted(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let next = try source.nextBackup(in: folder, version: 7)
            source.interruption = Interruption()
            source.interruption?.request()
            let error = #expect(throws: DatabaseError.self) { try source.makeBackup(next) }
            #expect(error?.kind == .interrupted)
            #expect(try files(in: folder) == [])
        }
    }

    @Test("takes the place of what one that was killed left behind", arguments: TestBackend.allCases)
    func leftBehind(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let next = try source.nextBackup(in: folder, version: 7)
            try "half".write(toFile: partial(of: next), atomically: true, encoding: .utf8)
            let backup = try source.makeBackup(next)
            #expect(try files(in: folder).map { "\(folder)/\($0)" } == [backup.path])
        }
    }

    @Test("leaves alone what is no file of its own", arguments: TestBackend.allCases)
    func inTheWay(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let next = try source.nextBackup(in: folder, version: 7)
            let mine = "\(folder)/mine"
            try "mine".write(toFile: mine, atomically: true, encoding: .utf8)
            let partial = partial(of: next)
            for make in [link, symlink] {
                #expect(make(mine, partial) == 0)
                let error = #expect(throws: MigrationError.self) { try source.makeBackup(next) }
                #expect(error?.code == .consentRequired)
                #expect(error?.message.hasPrefix("\(partial) is in the way: ") == true)
                #expect(unlink(partial) == 0)
            }
            #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
            #expect(try files(in: folder) == ["mine"])
        }
    }

    @Test("is made by one process at a time", arguments: TestBackend.allCases)
    func oneAtATime(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let next = try source.nextBackup(in: folder, version: 7)
            let descriptor = open(partial(of: next), O_RDWR | O_CREAT, 0o600)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX) == 0)
            let error = #expect(throws: DatabaseError.self) { try source.makeBackup(next, waiting: .zero) }
            #expect(error?.kind == .locked)
            #expect(try files(in: folder).count == 1)
        }
    }

    @Test("needs a folder", arguments: TestBackend.allCases)
    func noFolder(_ backend: TestBackend) throws {
        try withLibrary(backend) { source, folder in
            let error = #expect(throws: MigrationError.self) {
                try source.nextBackup(in: "\(folder)/missing", version: 7)
            }
            #expect(error?.code == .consentRequired)
            #expect(error?.message == "no backup can be made: there is no folder \(folder)/missing")
        }
    }
}

@Suite("A backup of SQLite")
struct SQLiteBackups {
    @Test("is the database with what is in its write-ahead log, beside it", arguments: ["wal", "delete"])
    func contents(_ mode: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            guard case .sqlite(let path) = database else { return }
            let connection = try database.connect()
            _ = try connection.query("PRAGMA journal_mode = \(mode)")
            try connection.execute(Library.sql(.sqlite))
            let source = try #require(connection as? any DatabaseConnection & BackupSource)
            let backup = try source.makeBackup(source.nextBackup(version: 0))
            #expect(backup.path.hasPrefix("\(path).backup-"))
            let copy = try TestDatabase.sqlite(path: backup.path).connect()
            #expect(try DatabaseContents(of: copy) == DatabaseContents(of: connection))
            #expect(try copy.readSchema().tables == connection.readSchema().tables)
            #expect(try copy.query("PRAGMA journal_mode")[0][0].text == mode)
        }
    }

    @Test("is of the version that was looked at: nobody can change it from the look to the copy")
    func check() throws {
        try TestBackend.sqlite.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(Library.sql(.sqlite))
            let source = try #require(connection as? any DatabaseConnection & BackupSource)
            let other = try database.connect(lockTimeout: .zero)
            _ = try source.makeBackup(source.nextBackup(version: 0)) {
                _ = try source.readSchema()
                let error = #expect(throws: DatabaseError.self) { try other.execute("CREATE TABLE new (x INTEGER)") }
                #expect(error?.kind == .locked)
            }
        }
    }

    @Test("is of one moment while somebody writes, who never waits for long", arguments: ["wal", "delete"])
    func besideWriter(_ mode: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            let connection = try database.connect()
            _ = try connection.query("PRAGMA journal_mode = \(mode)")
            // Each pair of rows is written together.
            try connection.execute(
                """
                CREATE TABLE a (x INTEGER, t TEXT); CREATE TABLE b (x INTEGER, t TEXT);
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 160000)
                INSERT INTO a SELECT x, hex(zeroblob(200)) FROM n;
                INSERT INTO b SELECT * FROM a
                """)
            let source = try #require(connection as? any DatabaseConnection & BackupSource)
            let next = try source.nextBackup(version: 0)
            let (backup, writes) = try beside(
                database, doing: { try $0.execute("BEGIN IMMEDIATE; \(Self.pair); COMMIT") }
            ) { try source.makeBackup(next) }
            let copy = try TestDatabase.sqlite(path: backup.path).connect()
            #expect(try copy.integer("SELECT count(*) FROM a") == copy.integer("SELECT count(*) FROM b"))
            #expect(writes > 0)
        }
    }

    private static let pair = "INSERT INTO a VALUES (0, ''); INSERT INTO b VALUES (0, '')"

    @Test("waits for each lock as long as for any, however often others lock the file meanwhile")
    func busyFile() throws {
        try TestBackend.sqlite.withDatabase { database in
            try database.connect().execute(
                """
                PRAGMA page_size = 512; CREATE TABLE t (x INTEGER, t TEXT);
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 160000)
                INSERT INTO t SELECT x, hex(zeroblob(230)) FROM n
                """)
            let limit = Duration.seconds(1)
            let source = try #require(database.connect(lockTimeout: limit) as? any DatabaseConnection & BackupSource)
            let next = try source.nextBackup(version: 0)
            let start = ContinuousClock.now
            let (_, locks) = try beside(
                database,
                doing: {
                    try $0.execute("BEGIN EXCLUSIVE")
                    usleep(20_000)
                    try $0.execute("COMMIT")
                }
            ) { try source.makeBackup(next) }
            #expect(locks > 20)
            #expect(ContinuousClock.now - start > limit)
        }
    }

    /// Has another connection do something again and again.
    private func beside(
        _ database: TestDatabase, doing work: @escaping @Sendable (any DatabaseConnection) throws -> Void,
        _ body: () throws -> Backup
    ) throws -> (Backup, Int) {
        let stop = Interruption()
        let ended = DispatchSemaphore(value: 0)
        let count = Atomic(0)
        Thread.detachNewThread {
            let connection = try? database.connect()
            while !stop.isRequested {
                if (try? connection.map(work)) != nil {
                    count.add(1, ordering: .relaxed)
                }
                usleep(20_000)
            }
            ended.signal()
        }
        defer {
            stop.request()
            ended.wait()
        }
        return (try body(), count.load(ordering: .relaxed))
    }

    @Test("is not made of a database that is damaged")
    func damaged() throws {
        try TestBackend.sqlite.withDatabase { database in
            guard case .sqlite(let path) = database else { return }
            try database.connect().execute(
                """
                CREATE TABLE t (x TEXT); CREATE INDEX i ON t (x);
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000)
                INSERT INTO t SELECT 'text' || x FROM n
                """)
            var bytes = try Data(contentsOf: URL(filePath: path))
            // The second page is the first of the table.
            bytes.replaceSubrange(4096..<4196, with: Data(repeating: 7, count: 100))
            try bytes.write(to: URL(filePath: path))
            let source = try #require(database.connect() as? any DatabaseConnection & BackupSource)
            let next = try source.nextBackup(version: 0)
            let error = #expect(throws: DatabaseError.self) { try source.makeBackup(next) }
            #expect(error?.kind == .damaged)
            let folder = URL(filePath: path).deletingLastPathComponent().path()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["hub.db"])
        }
    }
}
