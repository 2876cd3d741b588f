import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A repair killed half-way")
struct KilledRepairs {
    /// The same database is killed again and again, each time some statements later: each must leave what was before.
    @Test("leaves the database as it was, and the next one ends as if nothing had been", arguments: MixedState.all)
    func killed(_ state: MixedState) throws {
        try state.withDatabase { database in
            let before = try LogicalDump(of: database)
            let (after, statements) = try database.withCopy { copy in
                let connection = try copy.connect()
                var count = 0
                connection.onStatement = { _ in count += 1 }
                _ = try Runner(catalogue: .kohakuHub, connection: connection).repair()
                connection.onStatement = nil
                return (try LogicalDump(of: copy), count)
            }
            for part in 1...5 {
                let killed = try Program.outcome(
                    of: BuiltProgram.crashProbe, [database.url, "repair", String(statements * part / 6)])
                try #require(killed.status == SIGKILL, "\(killed)")
                let left = try LogicalDump(of: database)
                try #require(left.differences(from: before) == [])
            }
            let last = try Program.outcome(of: BuiltProgram.crashProbe, [database.url, "repair"])
            #expect(last.status == 0, "\(last)")
            #expect(try LogicalDump(of: database).differences(from: after) == [])
        }
    }
}
