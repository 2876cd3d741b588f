import Foundation
import Migrations
import MigrationsTesting
import Testing

/// What only looks can run beside a live hub: it keeps nobody from writing, and leaves nothing behind.
@Suite("Beside a live hub")
struct Bystanders {
    static let verbs = [["status"], ["plan"], ["verify"], ["lakefs"], ["backup", "list"], ["wait"]]

    /// A backend, and how SQLite keeps its journal.
    static let hubs: [(backend: TestBackend, journal: String)] = [
        (.sqlite, "delete"), (.sqlite, "wal"), (.postgresql, ""),
    ]

    /// Writes as a hub does while a program runs, and returns how many rows there were and how long one took at most.
    private func write(
        on connection: any DatabaseConnection, beside verb: [String], of hub: Hub
    ) throws -> (rows: Int, longest: Duration) {
        let user = try connection.integer(#"SELECT min("id") FROM "user""#)
        var (rows, longest) = (0, Duration.zero)
        let clock = ContinuousClock()
        let arguments = verb + ["--database-url", hub.database.url]
        let outcome = try Program.running(Command.path, arguments) { program in
            repeat {
                let duration = try clock.measure {
                    try connection.execute(
                        "INSERT INTO token (user_id, token_hash, name, created_at) VALUES ($1, $2, 'w', '2026-01-01')",
                        [.integer(user), .text("\(verb) \(rows)")])
                }
                longest = max(longest, duration)
                rows += 1
                usleep(1_000)
            } while !program.isEnded
            return program.outcome()
        }
        #expect([0, 3].contains(outcome.status), "\(verb): \(outcome)")
        return (rows, longest)
    }

    @Test("a look blocks no writer, loses no row, and leaves nothing behind", arguments: hubs)
    func looks(_ hub: (backend: TestBackend, journal: String)) throws {
        for fixture in ["v07", "v15"] {
            try hub.backend.withHub(fixture) { live in
                let connection = try live.database.connect()
                if hub.backend == .sqlite { _ = try connection.query("PRAGMA journal_mode = \(hub.journal)") }
                // A write-ahead log is there from the first write on.
                try connection.execute(#"UPDATE "user" SET "id" = "id""#)
                let files = try files(of: live)
                let objects = try objects(of: connection)
                for verb in Self.verbs {
                    let before = try DatabaseContents(of: connection).rowCounts
                    let (rows, longest) = try write(on: connection, beside: verb, of: live)
                    // Below 100 ms where the machine has time for both. Without a write-ahead log SQLite lets nobody commit while
                    // somebody reads, and these two read the rows.
                    if hub.journal != "delete" || !["plan", "verify"].contains(verb[0]) {
                        #expect(longest < .seconds(1), "\(verb) on \(fixture)")
                    }
                    var expected = before
                    expected["token", default: 0] += rows
                    #expect(try DatabaseContents(of: connection).rowCounts == expected, "\(verb)")
                }
                #expect(try self.files(of: live) == files)
                #expect(try self.objects(of: connection) == objects)
            }
        }
    }

    /// The files beside the database, where it is one, and where the command runs.
    private func files(of hub: Hub) throws -> [String] {
        let folders = Set([hub.backupFolder, hub.command.folder])
        return try folders.sorted().flatMap { try FileManager.default.contentsOfDirectory(atPath: $0).sorted() }
    }

    /// The databases, schemas and relations of the server, by their numbers; the definitions of a file.
    private func objects(of connection: any DatabaseConnection) throws -> [[DatabaseValue]] {
        try connection.query(
            connection.dialect == .sqlite
                ? "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"
                : """
                SELECT oid::text, nspname::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
                UNION ALL SELECT oid::text, relname::text FROM pg_class WHERE relpersistence <> 't'
                ORDER BY 1, 2
                """
        ).map(\.values)
    }
}
