import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// One migration of a hub that is killed before each of its statements in turn.
struct KilledRun: Sendable, CustomStringConvertible {
    var backend: TestBackend
    var fixture: Fixture
    var target: Int

    var description: String { "\(backend): \(fixture) to \(target)" }

    /// The whole way of the oldest hub, and 008 and later on the data of a real one.
    static let all = TestBackend.allCases.flatMap { backend in
        (1...Upgrade.newest).map { KilledRun(backend: backend, fixture: Fixture(version: 0), target: $0) }
            + (8...Upgrade.newest).map { KilledRun(backend: backend, fixture: Fixture(version: 7), target: $0) }
    }
}

@Suite("A run killed before any statement")
struct KilledRuns {
    /// A killed run must leave what was before the migration, so the next try goes on with what it left: the same
    /// database is killed again and again, each time one statement later, until the run gets through.
    @Test("leaves the version before or after, and the next run ends as if nothing had been", arguments: KilledRun.all)
    func anywhere(_ run: KilledRun) throws {
        try run.backend.withDatabase { database in
            try run.fixture.load(into: database)
            if run.target > 1 { try upgrade(database, to: run.target - 1) }
            let before = try LogicalDump(of: database)
            let (after, statements) = try database.withCopy { copy in
                let statements = try upgrade(copy, to: run.target)
                return (try LogicalDump(of: copy), statements)
            }
            try database.withCopy { copy in
                var isCommitted = false
                for statement in Self.points(of: statements) {
                    let killed = try Program.outcome(
                        of: BuiltProgram.crashProbe, [copy.url, String(run.target), String(statement)])
                    try #require(killed.status == SIGKILL, "\(statement): \(killed)")
                    let left = try LogicalDump(of: copy)
                    isCommitted = left != before
                    let expected = isCommitted ? after : before
                    try #require(left.differences(from: expected) == [], "before \(statements[statement - 1])")
                    if isCommitted { break }
                }
                if !isCommitted {
                    let last = try Program.outcome(of: BuiltProgram.crashProbe, [copy.url, String(run.target)])
                    #expect(last.status == 0, "\(last)")
                }
                let connection = try copy.connect()
                #expect(try LogicalDump(of: connection).differences(from: after) == [])
                #expect(try connection.integrity() == "ok")
                #expect(try connection.brokenReferences() == [])
                #expect(try connection.exhaustedSequences() == [])
            }
        }
    }

    /// The statements, counted from 1, before which a run is killed: each that writes, and the first after the commit. To be
    /// killed before or after a statement that only reads is one and the same to the database.
    private static func points(of statements: [String]) -> [Int] {
        statements.indices.filter { index in
            let words = statements[index].uppercased()
            let onlyReads = words.hasPrefix("SELECT") || words.hasPrefix("PRAGMA")
            return !onlyReads || (index > 0 && statements[index - 1] == "COMMIT")
        }.map { $0 + 1 }
    }

    /// Runs without a disturbance and returns the statements.
    @discardableResult
    private func upgrade(_ database: TestDatabase, to target: Int) throws -> [String] {
        let connection = try database.connect()
        var statements: [String] = []
        connection.onStatement = { statements.append($0) }
        _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(target))
        return statements
    }
}
