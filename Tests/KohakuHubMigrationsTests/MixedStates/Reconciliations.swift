import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("What differs from the newest schema")
struct Reconciliations {
    @Test(
        "is fixed by a run, whatever is missing or otherwise, with every row where it was",
        arguments: TestBackend.allCases,
        [
            #"DROP TABLE "fallbacksource""#,
            #"DROP INDEX "file_is_deleted"; DROP INDEX "token_user_id""#,
            #"ALTER TABLE "repository" DROP COLUMN "downloads""#,
            #"ALTER TABLE "user" DROP COLUMN "bio"; ALTER TABLE "user" ADD COLUMN "bio" TEXT DEFAULT 'none'"#,
            #"ALTER TABLE "repository" DROP COLUMN "downloads"; ALTER TABLE "repository" ADD COLUMN "downloads" INTEGER DEFAULT 5"#,
            #"DROP INDEX "file_sha256"; CREATE INDEX "file_sha256" ON "file" ("size")"#,
            #"DROP INDEX "token_token_hash"; CREATE INDEX "token_token_hash" ON "token" ("token_hash")"#,
            #"CREATE UNIQUE INDEX "sessions_again" ON "session" ("session_id")"#,
            #"""
            DROP INDEX "repositorylike_repository_id_user_id";
            CREATE UNIQUE INDEX "repositorylike_repository_user" ON "repositorylike" ("repository_id", "user_id")
            """#,
        ])
    func mended(_ backend: TestBackend, _ sql: String) throws {
        let hub = try DamagedHub(backend: backend, damage: sql).mended(by: .run)
        #expect(!hub.report.reconciled.isEmpty || !hub.report.migrations.isEmpty)
        #expect(Conservation(before: hub.before, after: hub.after).violations == [])
        #expect(hub.after.quarantined == [])
    }

    @Test("gives counters that were never written a zero", arguments: TestBackend.allCases)
    func zeros(_ backend: TestBackend) throws {
        let sql = #"""
            DROP INDEX "file_is_deleted"; ALTER TABLE "file" DROP COLUMN "is_deleted";
            ALTER TABLE "file" ADD COLUMN "is_deleted" {boolean};
            ALTER TABLE "repository" DROP COLUMN "likes_count"; ALTER TABLE "repository" ADD COLUMN "likes_count" INTEGER
            """#
        let hub = try DamagedHub(backend: backend, damage: sql).mended(by: .run)
        #expect(Set(hub.after["file"].map { $0["is_deleted"]?.boolean }) == [false])
        #expect(Set(hub.after["repository"].map { $0["likes_count"] }) == [0])
    }

    private static let twins = #"""
        DROP INDEX "token_token_hash";
        UPDATE "token" SET "token_hash" = 'same' WHERE "id" IN (SELECT "id" FROM "token" ORDER BY "id" LIMIT 3)
        """#

    @Test("stops a run where rows have to go, and a repair puts them into quarantine", arguments: TestBackend.allCases)
    func duplicates(_ backend: TestBackend) throws {
        let error = try DamagedHub(backend: backend, damage: Self.twins).stopped(by: .run)
        #expect(error.code == .schemaDiffers)
        let finding = try #require(error.findings.first)
        #expect(finding.message.contains("2 rows of token cannot be kept"))
        #expect(finding.action?.contains("kohaku-migrate repair") == true)

        let hub = try DamagedHub(backend: backend, damage: Self.twins).mended(by: .repair)
        let twins = hub.before["token"].filter { $0["token_hash"] == "same" }.map(\.id).sorted()
        #expect(hub.after.quarantined(from: "token").map(\.sourceID).sorted() == Array(twins.dropFirst()))
        #expect(hub.after["token"].map(\.id).contains(twins[0]))
        #expect(hub.report.reconciledTables.map(\.quarantined) == [2])
    }

    @Test("stops where a row has to go to which others belong", arguments: TestBackend.allCases)
    func twinRepositories(_ backend: TestBackend) throws {
        let sql = #"""
            DROP INDEX "repository_repo_type_namespace_name";
            INSERT INTO "repository" ("id", "repo_type", "namespace", "name", "full_id", "private", "owner_id", "used_bytes",
                "downloads", "likes_count", "created_at")
            SELECT 900, "repo_type", "namespace", "name", "full_id", "private", "owner_id", 0, 0, 0, "created_at"
            FROM "repository" WHERE "id" = (SELECT min("repository_id") FROM "file");
            UPDATE "file" SET "repository_id" = 900 WHERE "id" = (SELECT min("id") FROM "file" WHERE "repository_id" < 900)
            """#
        for verb in DamagedHub.Verb.allCases {
            let error = try DamagedHub(backend: backend, damage: sql).stopped(by: verb)
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["owner_does_not_fit"])
            #expect(error.findings.first?.examples == ["id 900"])
        }
    }

    @Test("and is a foreign key too many goes with a repair", arguments: TestBackend.allCases)
    func surplusForeignKey(_ backend: TestBackend) throws {
        let sql = #"""
            DROP TABLE "confirmationtoken";
            CREATE TABLE "confirmationtoken" (
                "id" {id}, "token" VARCHAR(255) NOT NULL, "action_type" VARCHAR(255) NOT NULL REFERENCES "user" ("username"),
                "action_data" TEXT NOT NULL, "created_at" {timestamp} NOT NULL, "expires_at" {timestamp} NOT NULL
            )
            """#
        _ = try DamagedHub(backend: backend, damage: sql).mended(by: .repair)
    }

    @Test("leaves the foreign keys of the operator's own tables", arguments: TestBackend.allCases)
    func ownForeignKeys(_ backend: TestBackend) throws {
        let sql = #"""
            CREATE TABLE "badge" ("id" INTEGER PRIMARY KEY, "user_id" INTEGER REFERENCES "user" ("id") ON DELETE CASCADE);
            INSERT INTO "badge" SELECT 1, min("id") FROM "user";
            \#(Self.twins)
            """#
        try DamagedHub(backend: backend, damage: sql).open { connection, runner throws in
            let before = try connection.readSchema().tables["badge"]
            _ = try runner.repair()
            #expect(try connection.readSchema().tables["badge"] == before)
            #expect(try connection.countRows(in: "badge") == 1)
        }
    }

    @Test("of references that SQLite never checked is fixed by a repair")
    func dangling() throws {
        let sql = #"""
            UPDATE "token" SET "user_id" = 77777 WHERE "id" = (SELECT min("id") FROM "token");
            UPDATE "invitation" SET "used_by_id" = 77777 WHERE "id" = (SELECT min("id") FROM "invitation")
            """#
        let hub = try DamagedHub(backend: .sqlite, damage: sql).mended(by: .repair)
        let token = try #require(hub.before["token"].first { $0["user_id"] == 77777 })
        #expect(hub.after.quarantined(from: "token").map(\.sourceID) == [token.id])
        let invitation = try #require(hub.before["invitation"].first { $0["used_by_id"] == 77777 })
        #expect(hub.after["invitation"].first { $0.id == invitation.id }?["used_by_id"] == .null)
    }

    @Test(
        "and is of a newer hub is left alone", arguments: TestBackend.allCases,
        [#"CREATE UNIQUE INDEX "user_full_name" ON "user" ("full_name", "id")"#])
    func newer(_ backend: TestBackend, _ sql: String) throws {
        for verb in DamagedHub.Verb.allCases {
            let error = try DamagedHub(backend: backend, damage: sql).stopped(by: verb)
            #expect(error.code == .schemaDiffers)
            #expect(error.differences.map(\.kind) == [.unknownUniqueIndex])
            #expect(error.nextStep?.contains("update the tool") == true)
        }
    }

    @Test("without a value that can be known stops, with the rows where they are", arguments: TestBackend.allCases)
    func unknowable(_ backend: TestBackend) throws {
        let sql = #"ALTER TABLE "token" DROP COLUMN "name""#
        for verb in DamagedHub.Verb.allCases {
            let error = try DamagedHub(backend: backend, damage: sql).stopped(by: verb)
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.message).contains { $0.contains("Table token has no column name") })
        }
    }
}
