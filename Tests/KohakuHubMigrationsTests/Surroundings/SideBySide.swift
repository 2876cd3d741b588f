import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Replicas that start while another one migrates, and a hub that goes on writing.
@Suite("Runs side by side")
struct SideBySide {
    @Test("all end with 0, whenever each begins, and the hub is upgraded once", arguments: TestBackend.allCases)
    func replicas(_ backend: TestBackend) throws {
        try backend.withDatabase { original in
            try Fixture("v05").load(into: original)
            let before = try DatabaseContents(of: original.connect())
            for round in 0..<3 {
                try original.withCopy { database in
                    var random = SeededGenerator(seed: UInt64(round))
                    let outcomes = try Self.run(8, on: database) { UInt32.random(in: 0...150_000, using: &random) }
                    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome)") }
                    let after = try DatabaseContents(of: database.connect())
                    #expect(after["user"].count == before["user"].count + before["organization"].count)
                    let quarantined = after["kohaku_quarantine"].count { $0["source_table"] == "token" }
                    #expect(after["token"].count + quarantined == before["token"].count)
                }
            }
        }
    }

    /// Starts the command several times, each after a pause, and waits for all.
    private static func run(
        _ count: Int, on database: TestDatabase, pause: () -> UInt32, _ started: [RunningProgram] = []
    ) throws -> [Program.Outcome] {
        guard count > 0 else { return started.map { $0.outcome() } }
        usleep(pause())
        let arguments = ["run", "--yes", "--no-backup", "--lock-timeout", "60", "--database-url", database.url]
        return try Program.running(BuiltProgram.command, arguments) { program in
            try run(count - 1, on: database, pause: pause, started + [program])
        }
    }

    @Test("lose nothing that a hub commits meanwhile")
    func writer() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v05").load(into: database)
            try database.addFiles(5_000)
            let hub = try database.connect()
            let user = try hub.integer(#"SELECT min("id") FROM "user""#)
            let before = try DatabaseContents(of: hub)["token"].count
            var committed = 0
            let arguments = ["run", "--yes", "--no-backup", "--lock-timeout", "60", "--database-url", database.url]
            let outcome = try Program.running(BuiltProgram.command, arguments) { program in
                while !program.isEnded {
                    try hub.execute(
                        "INSERT INTO token (user_id, token_hash, name, created_at) VALUES ($1, $2, 'w', now())",
                        [.integer(user), .text("written \(committed)")])
                    committed += 1
                }
                return program.outcome()
            }
            #expect(outcome.status == 0, "\(outcome)")
            #expect(committed > 10)
            let after = try DatabaseContents(of: database.connect())
            let quarantined = after["kohaku_quarantine"].count { $0["source_table"] == "token" }
            #expect(after["token"].count + quarantined == before + committed)
            #expect(after["token"].count { $0["name"] == "w" } == committed)
        }
    }
}
