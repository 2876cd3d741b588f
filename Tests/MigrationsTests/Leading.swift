import Foundation
import Migrations
import MigrationsTesting
import Synchronization
import Testing

@Suite("Of several processes")
struct Leading {
    /// Three migrations that take six seconds and two each: the first alone takes longer than anybody waits for one that stands
    /// still, on PostgreSQL in one statement.
    private static let slow = (1...3).map { number in
        var migration = TestMigration.adding(number)
        let seconds = number == 1 ? 6 : 2
        migration.change = { context in
            try TestMigration.adding(number).change(context)
            guard context.connection.dialect == .sqlite else {
                return _ = try context.connection.query("SELECT pg_sleep(\(seconds))")
            }
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                _ = try context.connection.integer(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT sum(i) FROM n"
                )
            }
        }
        return migration
    }

    @Test(
        "one runs every migration, and the others wait for as long as it takes and find nothing to do",
        .timeLimit(.minutes(2)), arguments: TestBackend.allCases)
    func replicas(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [], Self.slow) { run in
            let clock = ContinuousClock()
            let outcomes = Mutex<[Result<RunReport, any Error>]>([])
            let waits = Mutex<[String]>([])
            let (database, catalogue) = (run.database, run.catalogue)
            let threads = (0..<4).map { _ in
                Thread {
                    let outcome = Result {
                        let connection = try database.connect(lockTimeout: .milliseconds(300))
                        var runner = Runner(
                            catalogue: catalogue, connection: connection,
                            emit: { event in
                                if case .waiting(let leader) = event { waits.withLock { $0.append(leader.name) } }
                            })
                        runner.patience = .seconds(5)
                        return try runner.run(to: .newest)
                    }
                    outcomes.withLock { $0.append(outcome) }
                }
            }
            let start = clock.now
            for thread in threads {
                thread.stackSize = 8 << 20
                thread.start()
            }
            while outcomes.withLock({ $0.count }) < threads.count { usleep(20_000) }
            #expect(clock.now - start > .seconds(8))
            let reports = try outcomes.withLock { try $0.map { try $0.get() } }
            #expect(reports.map(\.version) == [3, 3, 3, 3])
            #expect(reports.map(\.migrations.count).sorted() == [0, 0, 0, 3])
            #expect(reports.flatMap(\.overtaken).isEmpty)
            // Each names the one that leads, and none is left over.
            let names = waits.withLock { $0 }
            #expect(names.count >= 3)
            #expect(names.allSatisfy { $0.contains(", process \(getpid())") })
            #expect(try (run.connection as? any LeaderElection)?.leader() == nil)
            try expectNothingLeft(by: run)
        }
    }

    private func expectNothingLeft(by run: TestRun) throws {
        guard case .sqlite(let path) = run.database else { return }
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["hub.db"])
    }

    @Test(
        "one that makes no progress any more is named, and its end lets the others work",
        arguments: TestBackend.allCases)
    func stuck(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run in
            let other = try #require(run.database.connect() as? any LeaderElection)
            var leadership = try other.lead()
            #expect(leadership != nil)
            #expect(try (run.connection as? any LeaderElection)?.lead() == nil)
            var runner = run.runner()
            runner.patience = .milliseconds(600)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .locked)
            #expect(error.message.contains(", process \(getpid())"))
            #expect(error.message.contains("has made no progress for"))
            #expect(try run.columns() == [])
            leadership = nil
            #expect(try runner.run(to: .newest).migrations.count == 3)
            try expectNothingLeft(by: run)
        }
    }

    @Test("one that died leaves nothing that stops the next, and nor does what is in the way of a lead")
    func leftovers() throws {
        let files = FileManager.default
        try TestRun.on(.sqlite, columns: []) { run in
            guard case .sqlite(let path) = run.database else { return }
            let file = "\(path)-migrate-lock"
            try "kohaku-migrate on host7, process 1\n9\n".write(toFile: file, atomically: false, encoding: .utf8)
            #expect(try run.runner().run(to: .only(1)).migrations.count == 1)
            try expectNothingLeft(by: run)

            try files.createDirectory(atPath: file, withIntermediateDirectories: false)
            #expect(try run.runner().run(to: .only(2)).migrations.count == 1)
            try files.removeItem(atPath: file)

            try files.createSymbolicLink(atPath: file, withDestinationPath: "\(path)-elsewhere")
            #expect(try run.runner().run(to: .only(3)).migrations.count == 1)
            #expect(!files.fileExists(atPath: "\(path)-elsewhere"))
        }
    }

    @Test("none takes the lead where nothing is pending")
    func nothingPending() throws {
        try TestRun.on(.sqlite, columns: []) { run in
            guard case .sqlite(let path) = run.database else { return }
            _ = try run.runner().run(to: .newest)
            // A file that is made and removed changes the time of its folder.
            let folder = URL(filePath: path).deletingLastPathComponent().path()
            let past = Date(timeIntervalSince1970: 1_000_000_000)
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: folder)
            #expect(try run.runner().run(to: .newest).isUnchanged)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder)
            #expect(attributes[.modificationDate] as? Date == past)
        }
    }

    @Test("progress is reported while a migration works", arguments: TestBackend.allCases)
    func progress(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: [], Array(Self.slow.prefix(1))) { run in
            var signs: [ContinuousClock.Instant] = []
            var runner = run.runner()
            runner.progress = { signs.append(.now) }
            let start = ContinuousClock.now
            _ = try runner.run(to: .newest)
            #expect(signs.count { $0 > start + .milliseconds(900) } >= 1)
            #expect(Double(signs.count) <= (ContinuousClock.now - start) / .seconds(1) + 2)
        }
    }

    @Test("progress is not reported while a migration waits for a lock", arguments: TestBackend.allCases)
    func noProgress(_ backend: TestBackend) throws {
        try TestRun.on(backend, columns: []) { run in
            let other = try run.database.connect()
            try other.execute(
                backend == .sqlite ? "BEGIN IMMEDIATE" : #"BEGIN; LOCK TABLE "t" IN ACCESS SHARE MODE"#)
            let connection = try run.database.connect(lockTimeout: .seconds(4))
            var start: ContinuousClock.Instant?
            var signs: [ContinuousClock.Instant] = []
            var runner = Runner(
                catalogue: run.catalogue, connection: connection,
                emit: { if case .started = $0 { start = .now } })
            runner.progress = { signs.append(.now) }
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .locked)
            // Between those of the statements before and after the wait.
            let wait = try #require(start) + .milliseconds(1_100)
            #expect(!signs.isEmpty && !signs.contains { $0 > wait && $0 < wait + .seconds(2) })
            try other.execute("ROLLBACK")
        }
    }
}
