import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A repair killed half-way")
struct KilledRepairs {
    /// The same database is killed again and again. All that a repair writes is in one transaction, and what SQLite and
    /// PostgreSQL make of a transaction that is killed anywhere is proved by the killed runs.
    @Test("leaves the database as it was, and the next one ends as if nothing had been", arguments: MixedState.all)
    func killed(_ state: MixedState) throws {
        try state.withDatabase { database in
            let before = try LogicalDump(of: database)
            let (after, statements) = try database.withCopy { copy in
                let connection = try copy.connect()
                var statements: [String] = []
                connection.onStatement = { statements.append($0) }
                _ = try Runner(catalogue: .kohakuHub, connection: connection).repair()
                connection.onStatement = nil
                return (try LogicalDump(of: copy), statements)
            }
            let fatal = try #require(FatalStatements(statements))
            for place in [fatal.halfWay, fatal.commit] {
                let killed = try Program.outcome(
                    of: BuiltProgram.crashProbe, [database.url, "repair", String(place + 1)])
                try #require(killed.status == SIGKILL, "\(killed)")
                let left = try LogicalDump(of: database)
                try #require(left.differences(from: before) == [])
            }
            _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).repair()
            #expect(try LogicalDump(of: database).differences(from: after) == [])
        }
    }
}
