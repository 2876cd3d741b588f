import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Replicas that start while another one migrates, and a hub that goes on writing.
@Suite("Runs side by side")
struct SideBySide {
    @Test("all end with 0, whenever each begins, and one upgrades the hub", arguments: TestBackend.allCases)
    func replicas(_ backend: TestBackend) throws {
        try backend.withDatabase { original in
            try Fixture("v05").load(into: original)
            let before = try DatabaseContents(of: original.connect())
            for round in 0..<3 {
                try original.withCopy { database in
                    var random = SeededGenerator(seed: UInt64(round))
                    let outcomes = try Self.run(8, on: database) { UInt32.random(in: 0...150_000, using: &random) }
                    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome)") }
                    #expect(outcomes.count { $0.output.contains("migrations pending") } == 1)
                    #expect(outcomes.count { $0.output.contains("Nothing to do") } == 7)
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

    @Test(
        "one that is killed while it leads is followed by another, and no row is lost", arguments: TestBackend.allCases)
    func killedLeader(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v05").load(into: database)
            try database.addFiles(20_000)
            let arguments = ["run", "--yes", "--no-backup", "--database-url", database.url]
            let outcome = try Program.running(BuiltProgram.command, arguments) { leader in
                try leader.wait { leader.output.contains("migrations pending") }
                return try Program.running(BuiltProgram.command, arguments) { follower in
                    try follower.wait { follower.output.contains("another process migrates") }
                    try leader.wait { leader.output.contains("008 foreignkey_refactoring …") }
                    leader.signal(SIGKILL)
                    #expect(leader.outcome().status == SIGKILL)
                    return follower.outcome()
                }
            }
            #expect(outcome.status == 0, "\(outcome)")
            let connection = try database.connect()
            let rows = try connection.integer(
                #"""
                SELECT (SELECT count(DISTINCT "path_in_repo") FROM "file" WHERE "path_in_repo" LIKE 'generated/%')
                    + (SELECT count(*) FROM "kohaku_quarantine" WHERE "row_json" LIKE '%generated/%')
                """#)
            #expect(rows == 20_000)
            #expect(try Catalogue.kohakuHub.differences(of: connection.readSchema()) == [])
        }
    }

    @Test(
        "what the hub writes between the plan and the change is upgraded like the rest", arguments: TestBackend.allCases
    )
    func lateRows(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let before = try DatabaseContents(of: database.connect())
            let connection = try database.connect()
            var isAsked = false
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                consent: { _, _ in
                    isAsked = true
                    try database.connect().execute(
                        """
                        INSERT INTO repository (id, repo_type, namespace, name, full_id, private, owner_id, created_at, used_bytes)
                        SELECT 900, 'model', namespace, 'late', namespace || '/late', private, owner_id, created_at, 0
                        FROM repository WHERE id = 1;
                        INSERT INTO "file" (id, repo_full_id, path_in_repo, size, sha256, lfs, created_at, updated_at)
                        SELECT 900, (SELECT full_id FROM repository WHERE id = 900), 'late.bin', 7, 'abc', lfs, created_at, updated_at
                        FROM "file" ORDER BY id LIMIT 1;
                        DELETE FROM "session"
                        """)
                    return true
                })
            _ = try runner.run(to: .newest)
            #expect(isAsked)
            let after = try DatabaseContents(of: connection)
            let late = try #require(after["file"].first { $0["path_in_repo"]?.text == "late.bin" })
            #expect(late["repository_id"] == .integer(900))
            #expect(after["session"].isEmpty)
            for table in ["file", "repository"] {
                // Files of a shared full id may be copied.
                let kept = Set(after[table].compactMap(\.id)).union(after.quarantined(from: table).map(\.sourceID))
                #expect(kept.isSuperset(of: before[table].compactMap(\.id) + [900]), "\(table)")
            }
            #expect(try Catalogue.kohakuHub.differences(of: connection.readSchema()) == [])
        }
    }

    @Test(
        "what an operator adds between the plan and the change stops the run like what was there before",
        arguments: [
            (TestBackend.sqlite, #"CREATE VIEW report AS SELECT "repo_full_id" FROM "file""#, "DROP VIEW report"),
            (.postgresql, #"CREATE VIEW report AS SELECT "repo_full_id" FROM "file""#, "DROP VIEW report"),
            (
                .postgresql, #"ALTER TABLE "file" ADD CONSTRAINT sound CHECK ("repo_full_id" <> 'bad')"#,
                #"ALTER TABLE "file" DROP CONSTRAINT sound"#
            ),
            (
                .postgresql, #"CREATE STATISTICS paths ON "repo_full_id", "path_in_repo" FROM "file""#,
                "DROP STATISTICS paths"
            ),
        ])
    func lateObjects(_ backend: TestBackend, _ statement: String, _ undoing: String) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                consent: { _, _ in
                    try database.connect().execute(statement)
                    return true
                })
            let before = try LogicalDump(of: database)
            let late = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            let early = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest)
            }
            #expect(late.code == early.code)
            #expect(late.findings.map(\.message) == early.findings.map(\.message))
            #expect(!late.findings.isEmpty)
            try connection.execute(undoing)
            #expect(try LogicalDump(of: database).differences(from: before) == [])
        }
    }

    @Test("no organization gets an id that a user had between the plan and the change")
    func lateUser() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            var id: Int64 = 0
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                consent: { _, _ in
                    id = try database.connect().integer(#"SELECT nextval(pg_get_serial_sequence('"user"', 'id'))"#)
                    return true
                })
            _ = try runner.run(to: .newest)
            let organizations = try connection.query(#"SELECT "id" FROM "user" WHERE "is_org""#).map {
                try $0.integer(0)
            }
            #expect(!organizations.isEmpty)
            #expect(organizations.allSatisfy { $0 > id })
        }
    }

    @Test("one that is killed in a long statement gives its locks back at once")
    func killedInStatement() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v05").load(into: database)
            let hub = try database.connect()
            // Each row that 008 copies takes two seconds.
            try hub.execute(
                """
                CREATE FUNCTION slow(bigint) RETURNS boolean LANGUAGE plpgsql
                    AS 'BEGIN PERFORM pg_sleep(2); RETURN true; END';
                ALTER TABLE token ADD CONSTRAINT slow CHECK (slow(id)) NOT VALID
                """)
            func sleepers() throws -> Int64 {
                try hub.integer(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
                )
            }
            let arguments = ["run", "--yes", "--no-backup", "--database-url", database.url]
            try Program.running(BuiltProgram.command, arguments) { leader in
                try leader.wait { try sleepers() == 1 }
                leader.signal(SIGKILL)
            }
            let deadline = ContinuousClock.now + .seconds(10)
            while try sleepers() > 0, ContinuousClock.now < deadline { usleep(100_000) }
            #expect(try sleepers() == 0)
            #expect(try hub.integer("SELECT count(*) FROM token") > 8)
            try hub.execute("ALTER TABLE token DROP CONSTRAINT slow")
            let outcome = try Program.outcome(of: BuiltProgram.command, arguments)
            #expect(outcome.status == 0, "\(outcome)")
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
