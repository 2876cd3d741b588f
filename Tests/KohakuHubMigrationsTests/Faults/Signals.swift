import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A signal during a run of the command")
struct Signals {
    private static let signals: [(number: Int32, status: Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)]

    /// Starts the command on a hub and checks what a signal at the right moment leaves.
    private func interrupt(
        _ signal: (number: Int32, status: Int32), _ database: TestDatabase, before: LogicalDump,
        when condition: (RunningProgram) throws -> Bool
    ) throws -> Program.Outcome {
        let arguments = ["run", "--yes", "--no-backup", "-v", "--lock-timeout", "60", "--database-url", database.url]
        let outcome = try Program.running(BuiltProgram.command, arguments) { program in
            try program.wait { try condition(program) }
            program.signal(signal.number)
            return program.outcome()
        }
        #expect(outcome.status == signal.status, "\(outcome.errors.suffix(1000))")
        #expect(outcome.errors.contains("error: in 008 foreignkey_refactoring: interrupted and rolled back"))
        #expect(outcome.errors.contains("To continue, run again."))
        #expect(try LogicalDump(of: database).differences(from: before) == [])
        return outcome
    }

    /// Whether a session of the database waits for a lock.
    private func isWaiting(_ observer: any DatabaseConnection) throws -> Bool {
        try observer.integer(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """) > 0
    }

    private func runAgain(_ database: TestDatabase) throws {
        let again = try Program.outcome(
            of: BuiltProgram.command, ["run", "--yes", "--no-backup", "--database-url", database.url])
        #expect(again.status == 0, "\(again)")
    }

    @Test("cancels the statement on PostgreSQL, rolls back and says so", arguments: signals)
    func postgres(_ signal: (number: Int32, status: Int32)) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let before = try LogicalDump(of: database)
            let hub = try database.connect()
            try hub.execute(#"BEGIN; LOCK TABLE "file" IN ACCESS SHARE MODE"#)
            // Another one: inside a transaction these statistics stand still.
            let observer = try database.connect()
            _ = try interrupt(signal, database, before: before) { _ in try isWaiting(observer) }
            try hub.execute("ROLLBACK")
            try runAgain(database)
        }
    }

    @Test("cancels the statement on SQLite, rolls back and says so", arguments: signals)
    func sqlite(_ signal: (number: Int32, status: Int32)) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("Mixed/z_v07_clean").load(into: database)
            try database.addFiles(100_000)
            let before = try LogicalDump(of: database)
            _ = try interrupt(signal, database, before: before) {
                $0.errors.contains(#"INSERT INTO "migration_new_file""#)
            }
            try runAgain(database)
        }
    }

    @Test("ends the wait for a lock")
    func waiting() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let before = try LogicalDump(of: database)
            let hub = try database.connect()
            try hub.execute("BEGIN IMMEDIATE")
            _ = try interrupt(Self.signals[1], database, before: before) {
                $0.errors.contains("BEGIN IMMEDIATE")
            }
            try hub.execute("ROLLBACK")
            try runAgain(database)
        }
    }

    @Test(
        "stops a run or a repair that only fixes drift, and says so", arguments: TestBackend.allCases,
        ["run", "repair"])
    func mending(_ backend: TestBackend, _ verb: String) throws {
        try backend.withDatabase { database in
            let connection = try database.connect()
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            try connection.execute(#"DROP INDEX "commit_commit_id_repository_id""#)
            try expectStopped(
                [verb, "--yes", "--no-backup"], waitingFor: "commit", of: database, connection,
                saying: "interrupted and rolled back")
        }
    }

    @Test(
        "stops a release or a purge, which is rolled back, and says so", arguments: TestBackend.allCases,
        [["release", "--all"], ["purge", "--all", "--yes"]])
    func quarantine(_ backend: TestBackend, _ verb: [String]) throws {
        try backend.withDatabase { database in
            let connection = try database.connect()
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            try connection.execute("CREATE TABLE scrap (id INTEGER); INSERT INTO scrap VALUES (1)")
            let context = try MigrationContext(
                connection: connection, schema: connection.readSchema(), number: 15, quarantine: .kohakuHub)
            try context.quarantineWhole("scrap", reason: "of no use")
            try expectStopped(
                ["quarantine"] + verb, waitingFor: "kohaku_quarantine", of: database, connection,
                saying: "error: in the \(verb[0]): interrupted and rolled back")
        }
    }

    /// Stops a verb by SIGTERM while it waits for a table: nothing has changed, and it says so.
    private func expectStopped(
        _ verb: [String], waitingFor table: String, of database: TestDatabase, _ connection: any DatabaseConnection,
        saying message: String
    ) throws {
        let before = try LogicalDump(of: database)
        let hub = try database.connect()
        try hub.execute(
            database.backend == .sqlite
                ? "BEGIN IMMEDIATE" : "BEGIN; LOCK TABLE \(table.quotedIdentifier) IN ROW EXCLUSIVE MODE")
        let arguments = verb + ["-v", "--lock-timeout", "60", "--database-url", database.url]
        let outcome = try Program.running(BuiltProgram.command, arguments) { program in
            try program.wait {
                switch database.backend {
                case .sqlite: program.errors.contains("BEGIN IMMEDIATE")
                case .postgresql: try isWaiting(connection)
                }
            }
            program.signal(SIGTERM)
            return program.outcome()
        }
        #expect(outcome.status == 143, "\(outcome.errors.suffix(1000))")
        #expect(outcome.errors.contains(message))
        try hub.execute("ROLLBACK")
        #expect(try LogicalDump(of: database).differences(from: before) == [])
    }

    @Test("leaves and names what was committed before", arguments: TestBackend.allCases)
    func committed(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v05").load(into: database)
            let before = try database.withCopy { copy in
                _ = try Runner(catalogue: .kohakuHub, connection: copy.connect()).run(to: .upTo(7))
                return try LogicalDump(of: copy)
            }
            let outcome = try interrupt(Self.signals[0], database, before: before) {
                $0.output.contains("008 foreignkey_refactoring …")
            }
            #expect(outcome.errors.contains("Applied before it, and kept: 007 avatar_support"))
            try runAgain(database)
        }
    }

    @Test(
        "of a reader who left is none: the run goes on to its end, and says who missed it",
        arguments: TestBackend.allCases)
    func brokenPipe(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v05").load(into: database)
            let outcome = try Program.outcome(
                of: "bash",
                [
                    "-c",
                    #"{ "$0" run --yes --no-backup --database-url "$1"; echo $? >&2; } | grep -qm1 "007 avatar_support …""#,
                    BuiltProgram.command, database.url,
                ])
            #expect(
                outcome.errors == """
                    error: standard output could not be written: Broken pipe
                    The work is done and committed; only its report is incomplete. Check: kohaku-migrate status
                    1

                    """)
            #expect(try Catalogue.kohakuHub.differences(of: database.connect().readSchema()) == [])
        }
    }
}
