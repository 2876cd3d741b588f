import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// An upgrade of a real database: where it starts and where it ends.
struct Upgrade: Sendable, Hashable, CustomStringConvertible {
    var backend: TestBackend
    var fixture: Fixture
    var target: Int

    var description: String { "\(backend): \(fixture) to \(target)" }

    /// The newest migration there is: every test here extends to it by itself.
    static let newest = Catalogue.kohakuHub.newest

    /// One migration each, from the version before it.
    static let steps = TestBackend.allCases.flatMap { backend in
        (1...newest).map { Upgrade(backend: backend, fixture: Fixture(version: $0 - 1), target: $0) }
    }

    /// The whole way, from every version that a hub may be at.
    static let journeys = TestBackend.allCases.flatMap { backend in
        ((0..<newest).map { Fixture(version: $0) } + [Fixture("v07upgraded")]).map {
            Upgrade(backend: backend, fixture: $0, target: newest)
        }
    }

    /// Every upgrade, each once.
    static let all = Array(Set(steps + journeys)).sorted { "\($0)" < "\($1)" }
}

extension Upgrade {
    /// What was there before and after, for the tests to judge.
    struct Outcome: Sendable {
        var before: DatabaseContents
        var after: DatabaseContents
        var schema: SchemaLines
        var report: RunReport
        /// The tables that reference rows which are not there, by the database's own check.
        var brokenReferences: [String]
        /// The result of SQLite's own check of the file.
        var integrity: String
        /// The tables whose next id would not be above every present one.
        var exhaustedSequences: [String]
        /// What a second run did, and what was there after it.
        var secondReport: RunReport
        var afterSecond: DatabaseContents
    }

    /// Runs the upgrade, once for all tests that ask for it.
    func outcome() throws -> Outcome {
        try Self.outcomes.value(of: self, make: run)
    }

    private func run() throws -> Outcome {
        try backend.withDatabase { database in
            try fixture.load(into: database)
            let connection = try database.connect()
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let before = try DatabaseContents(of: connection)
            let report = try runner.run(to: .upTo(target))
            // 005 and 006 have one schema, so a database that got 005 is at 006.
            let version = try [MigrationStatus](of: Catalogue.kohakuHub.migrations, on: connection.readSchema()).version
            return Outcome(
                before: before,
                after: try DatabaseContents(of: connection),
                schema: try SchemaLines(of: connection),
                report: report,
                brokenReferences: try connection.brokenReferences(),
                integrity: try connection.integrity(),
                exhaustedSequences: try connection.exhaustedSequences(),
                secondReport: try runner.run(to: .upTo(version)),
                afterSecond: try DatabaseContents(of: connection)
            )
        }
    }

    private static let outcomes = OncePerKey<Upgrade, Outcome>()
}
