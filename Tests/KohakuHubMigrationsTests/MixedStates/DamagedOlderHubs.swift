import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs that somebody damaged before 008: what an upgrade makes of them, and what has to stop it.
@Suite("A damaged hub of an older version")
struct DamagedOlderHubs {
    @Test(
        "with a row that lacks what it needs quarantines it", arguments: TestBackend.allCases,
        [
            ("file", "size"), ("file", "repo_full_id"), ("commit", "user_id"), ("stagingupload", "sha256"),
            ("lfsobjecthistory", "repo_full_id"), ("lfsobjecthistory", "sha256"),
            ("emailverification", "user"), ("userorganization", "organization_id"), ("invitation", "created_by"),
        ])
    func incomplete(_ backend: TestBackend, _ lost: (table: String, column: String)) throws {
        let sql = DamagedHub.emptying(lost.table, lost.column, backend)
        let outcome = try DamagedHub(backend: backend, fixture: "v07", damage: sql).mended(by: .run)
        let reasons = outcome.after.quarantined(from: lost.table).map(\.reason)
        #expect(reasons.filter { $0 == "it has no \(lost.column)" }.count == 1)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test(
        "with such a file under a full id that repositories share quarantines it", arguments: TestBackend.allCases,
        ["path_in_repo", "sha256"])
    func incompleteShared(_ backend: TestBackend, _ column: String) throws {
        let shared = #"""
            ; UPDATE "file" SET "repo_full_id" = (
                SELECT "full_id" FROM "repository" GROUP BY "full_id" HAVING count(*) > 1 ORDER BY "full_id" LIMIT 1),
                "path_in_repo" = CASE WHEN "path_in_repo" IS NOT NULL THEN 'of its own.bin' END
            WHERE "\#(column)" IS NULL
            """#
        let sql = DamagedHub.emptying("file", column, backend) + shared
        let outcome = try DamagedHub(backend: backend, fixture: "v07", damage: sql).mended(by: .run)
        let reasons = outcome.after.quarantined(from: "file").map(\.reason)
        #expect(reasons.filter { $0 == "it has no \(column)" }.count == 1)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test(
        "with a user or repository that lacks what it needs stops", arguments: TestBackend.allCases,
        [("user", "username"), ("organization", "name"), ("repository", "full_id")])
    func incompleteOwner(_ backend: TestBackend, _ lost: (table: String, column: String)) throws {
        let sql = DamagedHub.emptying(lost.table, lost.column, backend)
        let error = try DamagedHub(backend: backend, fixture: "v07", damage: sql).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.contains { $0.code == "missing_value" && $0.table == lost.table && $0.count == 1 })
    }

    @Test("keeps sizes that need 64 bits where the columns have them", arguments: TestBackend.allCases)
    func bigSizes(_ backend: TestBackend) throws {
        let widening = ["file", "stagingupload", "lfsobjecthistory"].map {
            #"ALTER TABLE "\#($0)" ALTER COLUMN "size" TYPE bigint;"#
        }
        let sql =
            (backend == .postgresql ? widening.joined() : "")
            + #"UPDATE "file" SET "size" = 5000000000 WHERE "size" > 0"#
        let outcome = try DamagedHub(backend: backend, fixture: "v07", damage: sql).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        #expect(outcome.after["file"].contains { $0["size"] == 5_000_000_000 })
    }

    @Test("without memberships gets an empty table", arguments: TestBackend.allCases)
    func missingMemberships(_ backend: TestBackend) throws {
        let outcome = try DamagedHub(
            backend: backend, fixture: "v04", damage: #"DROP TABLE "userorganization""#
        ).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        #expect(outcome.after["userorganization"].isEmpty)
    }

    @Test("without repositories stops", arguments: TestBackend.allCases)
    func missingRepositories(_ backend: TestBackend) throws {
        let hub = DamagedHub(backend: backend, fixture: "v04", damage: #"DROP TABLE "repository""#)
        let error = try hub.stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.map(\.code) == ["missing_table"])
    }

    @Test(
        "with rows of an operator's table that reference rows which cannot stay says so",
        arguments: TestBackend.allCases,
        [("repository", 1), ("session", 2)])
    func ownReferences(_ backend: TestBackend, _ parent: (table: String, count: Int64)) throws {
        let sql = #"""
            CREATE TABLE "notes" ("id" {id}, "about" INTEGER REFERENCES "\#(parent.table)" ("id") ON DELETE CASCADE);
            INSERT INTO "notes" ("about") SELECT "id" FROM "\#(parent.table)" ORDER BY "id"
            """#
        let error = try DamagedHub(backend: backend, fixture: "v07", damage: sql).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.map(\.code) == ["own_reference"])
        #expect(error.findings.map(\.table) == ["notes"])
        #expect(error.findings.map(\.count) == [parent.count])
    }

    /// What table-creating code of a newer hub had made beside old tables when it died: no index is there yet.
    private static let newInvitationTable = #"""
        CREATE TABLE "invitation" ("id" {id}, "token" VARCHAR(255) NOT NULL, "action" VARCHAR(255) NOT NULL,
            "parameters" TEXT NOT NULL, "created_by_id" INTEGER REFERENCES "user" ("id") ON DELETE CASCADE,
            "expires_at" {timestamp} NOT NULL, "max_usage" INTEGER, "usage_count" INTEGER NOT NULL, "used_at" {timestamp},
            "used_by_id" INTEGER REFERENCES "user" ("id") ON DELETE SET NULL, "created_at" {timestamp} NOT NULL)
        """#

    @Test(
        "whose older upgrade stopped half-way through the quotas, or before the index of invitations, is fixed",
        arguments: TestBackend.allCases,
        [
            (
                "v01",
                #"""
                ALTER TABLE "user" ADD COLUMN "private_quota_bytes" {bigint};
                ALTER TABLE "user" ADD COLUMN "public_quota_bytes" {bigint};
                ALTER TABLE "user" ADD COLUMN "private_used_bytes" {bigint} DEFAULT 0;
                ALTER TABLE "user" ADD COLUMN "public_used_bytes" {bigint} DEFAULT 0
                """#
            ),
            ("v02", newInvitationTable),
        ])
    func partlyOlder(_ backend: TestBackend, _ hub: (fixture: String, damage: String)) throws {
        let outcome = try DamagedHub(backend: backend, fixture: hub.fixture, damage: hub.damage).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test(
        "with new invitations gives them the organization's new id", arguments: TestBackend.allCases
    )
    func newInvitations(_ backend: TestBackend) throws {
        let sql =
            Self.newInvitationTable + #"""
                ; INSERT INTO "invitation" ("token", "action", "parameters", "created_by_id", "expires_at", "usage_count",
                    "created_at")
                SELECT o."name", 'join_org', '{"org_id": ' || o."id" || '}', (SELECT min("id") FROM "user"),
                    '2027-01-01 00:00:00', 0, '2026-01-01 00:00:00' FROM "organization" AS o
                ;
                INSERT INTO "invitation" ("token", "action", "parameters", "created_by_id", "expires_at", "usage_count",
                    "created_at")
                SELECT 'gone', 'join_org', '{"org_id": 4242}', (SELECT min("id") FROM "user"), '2027-01-01 00:00:00', 0,
                    '2026-01-01 00:00:00'
                """#
        let outcome = try DamagedHub(backend: backend, fixture: "v02", damage: sql).mended(by: .run)
        for organization in outcome.before["organization"] {
            let name = organization["name"] ?? .null
            let user = outcome.after["user"].first { $0["username"] == name }
            let invitation = outcome.after["invitation"].first { $0["token"] == name }
            #expect(invitation?["parameters"] == .text(#"{"org_id": \#(user?.id ?? 0)}"#))
        }
        #expect(!outcome.before["organization"].isEmpty)
        #expect(outcome.after.quarantined(from: "invitation").map { $0.values["token"] } == [.text("gone")])
    }

    @Test(
        "keeps what new tables hold of a repository that cannot stay in quarantine",
        arguments: TestBackend.allCases)
    func belongings(_ backend: TestBackend) throws {
        let sql = #"""
            CREATE TABLE "repositorylike" ("id" {id}, "repository_id" INTEGER NOT NULL REFERENCES "repository" ("id") ON DELETE CASCADE,
                "user_id" INTEGER NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE, "created_at" {timestamp} NOT NULL);
            INSERT INTO "repositorylike" ("repository_id", "user_id", "created_at")
            SELECT r."id", (SELECT min("id") FROM "user"), r."created_at" FROM "repository" AS r ORDER BY r."id"
            """#
        let outcome = try DamagedHub(backend: backend, fixture: "v07", damage: sql).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        let gone = outcome.after.quarantined(from: "repository").map(\.sourceID)
        #expect(!gone.isEmpty)
        let likes = outcome.after.quarantined(from: "repositorylike")
        #expect(likes.map(\.reason) == gone.map { "repository \($0) is in quarantine" })
    }
}
