import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Tables under another name, since a rebuild of something else died or because an operator made them.
@Suite("A table that something left behind")
struct LeftoverTables {
    /// A rebuild that died after it had dropped the table and before it gave the new one its name.
    @Test(
        "since a rebuild died under another name is renamed back", arguments: TestBackend.allCases,
        [
            ("v07", "organization", "organization_new"), ("v03", "organization", "organization_old"),
            ("v07", "file", "file_new"), ("v07", "invitation", "invitation_new"),
            ("v08", "lfsobjecthistory", "lfsobjecthistory_new"),
            ("v15", "file", "file_old"), ("v15", "commit", "commit_new"), ("v15", "user", "user_new"),
        ])
    func displaced(_ backend: TestBackend, _ table: (fixture: String, name: String, leftover: String)) throws {
        let sql = #"ALTER TABLE "\#(table.name)" RENAME TO "\#(table.leftover)""#
        let error = try DamagedHub(backend: backend, fixture: table.fixture, damage: sql).stopped(by: .run)
        #expect(error.code == .schemaDiffers)
        #expect(error.message.contains("table \(table.name) is missing, and \(table.leftover) has its rows"))
        #expect(error.nextStep?.contains("kohaku-migrate repair") == true)

        var repaired = try DamagedHub(backend: backend, fixture: table.fixture, damage: sql).mended(by: .repair)
        repaired.before.tables[table.name] = repaired.before.tables.removeValue(forKey: table.leftover)
        #expect(Conservation(before: repaired.before, after: repaired.after).violations == [])
        #expect(repaired.after.tables[table.leftover] == nil)
    }

    @Test(
        "beside the table itself is reported of, left alone by a run, and is quarantined by a repair",
        arguments: TestBackend.allCases, ["v07", "v15"])
    func leftover(_ backend: TestBackend, _ fixture: String) throws {
        let sql =
            #"CREATE TABLE "organization_new" ("id" INTEGER PRIMARY KEY); INSERT INTO "organization_new" VALUES (7)"#
        let hub = DamagedHub(backend: backend, fixture: fixture, damage: sql)
        try hub.open { connection, runner in
            let report = try runner.run(to: .newest)
            #expect(report.mentioned.map(\.kind) == [.leftoverTable])
            #expect(try connection.countRows(in: "organization_new") == 1)
            let verification = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            #expect(verification.word == "differing" && !verification.isPending)
            #expect(verification.managedDrift.map(\.kind) == [.leftoverTable] && !verification.isExact)
        }
        let outcome = try hub.mended(by: .repair)
        #expect(outcome.after.quarantined(from: "organization_new").map(\.sourceID) == [7])
    }

    /// What a hub makes when it starts without its table.
    private static let emptyFile = #"""
        ALTER TABLE "file" RENAME TO "file_old";
        CREATE TABLE "file" ("id" {id}, "repository_id" INTEGER NOT NULL, "path_in_repo" VARCHAR(255) NOT NULL,
            "size" {bigint} NOT NULL, "sha256" VARCHAR(255) NOT NULL, "lfs" {boolean} NOT NULL,
            "is_deleted" {boolean} NOT NULL, "owner_id" INTEGER NOT NULL, "created_at" {timestamp} NOT NULL,
            "updated_at" {timestamp} NOT NULL)
        """#

    @Test("replaced by an empty one that an application made is renamed back", arguments: TestBackend.allCases)
    func displacedByEmpty(_ backend: TestBackend) throws {
        var outcome = try DamagedHub(backend: backend, damage: Self.emptyFile).mended(by: .repair)
        outcome.before.tables["file"] = outcome.before.tables.removeValue(forKey: "file_old")
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        #expect(outcome.after.quarantined == [])
        #expect(
            outcome.after["lfsobjecthistory"].map { $0["file_id"] }
                == outcome.before["lfsobjecthistory"].map { $0["file_id"] })
    }

    @Test(
        "is not put back over rows that came while the repair was asked for", arguments: TestBackend.allCases)
    func displacedByLateRow(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            try connection.execute(connection.dialect.spelling(Self.emptyFile))
            let files = try connection.countRows(in: "file_old")
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                consent: { _, _ in
                    try database.connect().execute(
                        #"""
                        INSERT INTO "file" ("id", "repository_id", "path_in_repo", "size", "sha256", "lfs", "is_deleted",
                            "owner_id", "created_at", "updated_at")
                        SELECT 900, min("id"), 'late.bin', 1, 'late', false, false, min("owner_id"), '2026-01-01 00:00:00',
                            '2026-01-01 00:00:00' FROM "repository"
                        """#)
                    return true
                })
            let error = try thrownError(MigrationError.self) { _ = try runner.repair() }
            #expect(error.code == .schemaDiffers)
            #expect(error.message == "file changed after the repair was planned")
            #expect(try connection.integer(#"SELECT count(*) FROM "file" WHERE "path_in_repo" = 'late.bin'"#) == 1)
            #expect(try connection.countRows(in: "file_old") == files)
        }
    }

    private static let credentialTables = [
        ("v07", "session"), ("v07", "token"), ("v15", "session"), ("v15", "token"), ("v15", "sshkey"),
        ("v15", "emailverification"), ("v15", "confirmationtoken"), ("v15", "userexternaltoken"),
    ]

    @Test(
        "and holds credentials is quarantined, for revoked ones would be valid again",
        arguments: TestBackend.allCases, credentialTables)
    func credentials(_ backend: TestBackend, _ table: (fixture: String, name: String)) throws {
        for suffix in ["old", "new"] {
            let leftover = "\(table.name)_\(suffix)"
            let rows = #"""
                INSERT INTO "confirmationtoken" ("token", "action_type", "action_data", "created_at", "expires_at")
                VALUES ('t', 'a', '{}', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
                INSERT INTO "userexternaltoken" ("user_id", "url", "encrypted_token", "created_at", "updated_at")
                SELECT min("id"), 'u', 't', '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM "user";
                """#
            let hub = DamagedHub(
                backend: backend, fixture: table.fixture,
                damage: (table.fixture == "v15" ? rows : "")
                    + #"ALTER TABLE "\#(table.name)" RENAME TO "\#(leftover)""#)
            let error = try hub.stopped(by: .run)
            #expect(error.message.contains("table \(table.name) is missing, and \(leftover) has its rows"))
            let outcome = try hub.mended(by: .repair)
            #expect(outcome.after[table.name].isEmpty)
            let quarantined = outcome.after.quarantined(from: leftover)
            #expect(!quarantined.isEmpty && quarantined.count == outcome.before[leftover].count)
            #expect(quarantined.allSatisfy { $0.reason.contains("revoked") })
            #expect(outcome.report.reconciledTables.map(\.table).contains(leftover))
        }
    }

    @Test("and holds credentials is not put back in place of an empty table", arguments: TestBackend.allCases)
    func credentialsBesideEmpty(_ backend: TestBackend) throws {
        let sql = #"""
            ALTER TABLE "session" RENAME TO "session_old";
            CREATE TABLE "session" ("id" {id}, "session_id" VARCHAR(255) NOT NULL, "user_id" INTEGER NOT NULL,
                "secret" VARCHAR(255) NOT NULL, "expires_at" {timestamp} NOT NULL, "created_at" {timestamp} NOT NULL)
            """#
        try DamagedHub(backend: backend, damage: sql).open { connection, runner in
            let rows = try connection.countRows(in: "session_old")
            _ = try runner.run(to: .newest)
            #expect(try connection.countRows(in: "session") == 0)
            #expect(try connection.countRows(in: "session_old") == rows)
            _ = try runner.repair()
            let after = try DatabaseContents(of: connection)
            #expect(after["session"].isEmpty)
            #expect(Int64(after.quarantined(from: "session_old").count) == rows)
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
        }
    }

    @Test("by its name, but has columns of its own, is the operator's and stays", arguments: TestBackend.allCases)
    func operatorsOwn(_ backend: TestBackend) throws {
        // Indexes of the hub's names would be in the way of its own.
        let indexes = [
            "repository_id", "path_in_repo", "sha256", "is_deleted", "owner_id", "repository_id_path_in_repo",
        ].map { #"; DROP INDEX "file_\#($0)""# }
        let sql =
            Self.emptyFile.replacing("file_old", with: "away") + indexes.joined() + #"""
                ; CREATE TABLE "file_old" ("id" INTEGER PRIMARY KEY, "path_in_repo" TEXT, "note" TEXT);
                INSERT INTO "file_old" VALUES (1, 'a', 'mine');
                CREATE TABLE "session_new" ("note" TEXT); INSERT INTO "session_new" VALUES ('mine')
                """#
        try DamagedHub(backend: backend, damage: sql).open { connection, runner in
            let report = try runner.repair()
            #expect(report.mentioned.map(\.table).sorted() == ["away", "file_old", "session_new"])
            #expect(report.mentioned.allSatisfy { $0.kind == .ownTable })
            #expect(try connection.query(#"SELECT "note" FROM "file_old""#).map { $0[0] } == ["mine"])
            #expect(try connection.query(#"SELECT "note" FROM "session_new""#).map { $0[0] } == ["mine"])
        }
    }
}
