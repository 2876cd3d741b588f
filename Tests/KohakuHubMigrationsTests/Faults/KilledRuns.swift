import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// One migration of a hub that is killed.
struct KilledRun: Sendable, CustomStringConvertible {
    var backend: TestBackend
    /// The version that the hub was made as.
    var made: Int
    var target: Int

    var description: String { "\(backend): \(Fixture(version: made)) to \(target)" }

    /// The whole way of the oldest hub, and 008 and later on the data of a real one.
    static let all = TestBackend.allCases.flatMap { backend in
        (1...Upgrade.newest).map { KilledRun(backend: backend, made: 0, target: $0) }
            + (8...Upgrade.newest).map { KilledRun(backend: backend, made: 7, target: $0) }
    }

    /// Hands over the hub at the version before the migration.
    func withDatabase(_ body: (TestDatabase) throws -> Void) throws {
        try backend.withDatabase { database in
            try fill(database, with: target - 1)
            try body(database)
        }
    }

    /// Each version is made of the one before.
    private func fill(_ database: TestDatabase, with version: Int) throws {
        guard version > made else { return try Fixture(version: made).load(into: database) }
        try database.become("\(made) upgraded to \(version)") { template in
            try fill(template, with: version - 1)
            try upgrade(template, to: version)
        }
    }

    /// Runs the migration without a disturbance.
    func migrate(_ database: TestDatabase, onStatement: ((String) -> Void)? = nil) throws {
        try upgrade(database, to: target, onStatement: onStatement)
    }

    private func upgrade(_ database: TestDatabase, to target: Int, onStatement: ((String) -> Void)? = nil) throws {
        let connection = try database.connect()
        // So few pages in memory that SQLite writes changed ones into the file long before the commit.
        if database.backend == .sqlite { try connection.execute("PRAGMA cache_size = 10") }
        connection.onStatement = onStatement
        _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(target))
    }
}

@Suite("A run that is killed")
struct KilledRuns {
    /// Real processes. The same database is killed again and again, so that each goes on with what the one before left.
    ///
    /// PostgreSQL rolls back when its client is gone, wherever that was, so more places would show nothing else. Each place
    /// on SQLite has the test below.
    @Test("leaves the version before or after, and the next run ends as if nothing had been", arguments: KilledRun.all)
    func killed(_ run: KilledRun) throws {
        try run.withDatabase { database in
            let before = try LogicalDump(of: database)
            let (after, statements) = try database.withCopy { copy in
                var statements: [String] = []
                try run.migrate(copy) { statements.append($0) }
                return (try LogicalDump(of: copy), statements)
            }
            guard let fatal = FatalStatements(statements) else {
                // 005 and 006 have one schema: what has the one needs nothing for the other.
                #expect(run.target == 6)
                #expect(after == before)
                return
            }
            for place in fatal.all {
                let killed = try Program.outcome(
                    of: BuiltProgram.crashProbe, [database.url, String(run.target), String(place + 1)])
                try #require(killed.status == SIGKILL, "\(place): \(killed)")
                let left = try LogicalDump(of: database)
                try #require(
                    left.differences(from: place > fatal.commit ? after : before) == [], "\(statements[place])")
            }
            try run.migrate(database)
            try expectSound(database, after)
        }
    }

    /// A killed process leaves its files as they are at that moment, so one run whose files are copied before each of its
    /// statements shows what as many killed ones would leave.
    @Test(
        "leaves a SQLite file that is as before or after, whatever the statement",
        arguments: KilledRun.all.filter { $0.backend == .sqlite })
    func copied(_ run: KilledRun) throws {
        try run.withDatabase { database in
            let before = try LogicalDump(of: database)
            var moments: [HubFiles] = []
            let after = try database.withCopy { copy in
                var failure: (any Error)?
                try run.migrate(copy) { _ in
                    do {
                        let files = try HubFiles(of: copy)
                        if files != moments.last { moments.append(files) }
                    } catch { failure = error }
                }
                if let failure { throw failure }
                moments.append(try HubFiles(of: copy))
                return try LogicalDump(of: copy)
            }
            #expect(moments.contains { $0.journal != nil } == (after != before))
            // 008 writes more than its pages in memory: SQLite has to take back what is in the file already.
            if run.target == 8 {
                #expect(moments.contains { $0.journal != nil && $0.database != moments[0].database })
            }

            var isCommitted = false
            var recovered: Set<Data> = []
            for files in moments {
                try files.withDatabase { copy in
                    let left = try LogicalDump(of: copy)
                    isCommitted = isCommitted || left != before
                    try #require(left.differences(from: isCommitted ? after : before) == [])
                    #expect(try copy.connect().integrity() == "ok")
                    // From the same bytes the next run is the same.
                    guard try recovered.insert(HubFiles(of: copy).database).inserted else { return }
                    try run.migrate(copy)
                    try expectSound(copy, after)
                }
            }
            #expect(isCommitted == (after != before))
        }
    }

    private func expectSound(_ database: TestDatabase, _ expected: LogicalDump) throws {
        let connection = try database.connect()
        #expect(try LogicalDump(of: connection).differences(from: expected) == [])
        #expect(try connection.integrity() == "ok")
        #expect(try connection.brokenReferences() == [])
        #expect(try connection.exhaustedSequences() == [])
    }
}
