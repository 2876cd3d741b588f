import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// 012 puts rows back that 008 put into quarantine: what counts is what is there at the end.
@Suite("The number of quarantined rows")
struct QuarantineCounts {
    @Test(
        "is that of the table, in the text and in JSON", arguments: TestBackend.allCases,
        [("v07", "run"), ("Mixed/b_v07_008failed", "repair")])
    func counted(_ backend: TestBackend, _ change: (fixture: String, verb: String)) throws {
        try backend.withHub(change.fixture) { hub in
            let outcome = try hub(change.verb, "--yes")
            #expect(outcome.status == 0)
            let count = try rows(hub)
            #expect(count > 0)
            #expect(outcome.output.contains("\n\(count) rows in quarantine, each kept whole"))
        }
        try backend.withHub(change.fixture) { hub in
            let document = try hub.json(RunResult.self, change.verb, "--yes")
            #expect(document.quarantined == (try rows(hub)))
            let moved = document.migrations.flatMap(\.tables).reduce(0) { $0 + $1.quarantined }
            #expect(moved > document.quarantined, "012 has put some back")
            // Also when there is nothing to do.
            #expect(try hub.json(RunResult.self, "run", "--yes").quarantined == document.quarantined)
        }
    }

    private func rows(_ hub: Hub) throws -> Int64 {
        try hub.database.connect().countRows(in: Quarantine.kohakuHub.table)
    }

    private struct RunResult: Decodable {
        struct Migration: Decodable {
            var tables: [Table]
        }

        struct Table: Decodable {
            var quarantined: Int64
        }

        var quarantined: Int64
        var migrations: [Migration]
    }
}
