import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Organizations that an older upgrade merged half-way")
struct HalfMerged {
    /// A v7 hub as the old 008 leaves it on PostgreSQL, and would on SQLite: the columns added, organization 2 a user.
    private static func begun(merging organizations: String = #"g."id" = 2"#, firstID id: Int = 500) -> String {
        #"""
        ALTER TABLE "user" ADD COLUMN "is_org" {boolean} DEFAULT false;
        ALTER TABLE "user" ADD COLUMN "description" TEXT;
        ALTER TABLE "user" ADD COLUMN "normalized_name" VARCHAR(255);
        INSERT INTO "user" ("id", "username", "email", "password_hash", "email_verified", "is_active", "is_org",
            "private_used_bytes", "public_used_bytes", "created_at", "normalized_name")
        SELECT \#(id) + g."id", g."name", g."name" || '@none', '', false, true, true, 0, 0, g."created_at", 'x' || g."id"
        FROM "organization" AS g WHERE \#(organizations);
        """#
    }

    private struct Repaired {
        var before: DatabaseContents
        var after: DatabaseContents
        var report: RunReport
    }

    private func repaired(_ backend: TestBackend, arranging sql: String) throws -> Repaired {
        try Refactored.migrating(backend, arranging: "") { _, connection in
            try connection.execute(connection.dialect.spelling(sql))
            let before = try DatabaseContents(of: connection)
            let report = try Runner(catalogue: .kohakuHub, connection: connection).repair()
            let expected = try SchemaLines(version: Upgrade.newest, backend: backend)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            return Repaired(before: before, after: try DatabaseContents(of: connection), report: report)
        }
    }

    /// Who is a member of what, by names.
    private func memberships(_ contents: DatabaseContents, organizations: String, name: String) -> Set<String> {
        let names = Dictionary(
            contents[organizations].map { ($0.id, $0[name]?.text ?? "") }, uniquingKeysWith: { first, _ in first })
        return Set(
            contents["userorganization"].compactMap { row in
                row["organization_id"]?.integer.flatMap { names[$0] }.map {
                    "\(row["user_id"]?.integer ?? 0) in \($0)"
                }
            })
    }

    @Test("are known by their names and not merged twice", arguments: TestBackend.allCases)
    func known(_ backend: TestBackend) throws {
        let hub = try repaired(backend, arranging: Self.begun())
        let name = try #require(hub.before["organization"].first { $0.id == 2 }?["name"]?.text)
        let users = hub.after["user"].filter { $0["username"]?.text == name }
        #expect(users.map(\.id) == [502])
        #expect(users.first?["is_org"]?.boolean == true)
        #expect(hub.after["user"].count == hub.before["user"].count + hub.before["organization"].count - 1)
        #expect(
            memberships(hub.after, organizations: "user", name: "username")
                == memberships(hub.before, organizations: "organization", name: "name"))
    }

    @Test("get what only their own table has", arguments: TestBackend.allCases)
    func completed(_ backend: TestBackend) throws {
        let bio = #"UPDATE "organization" SET "bio" = 'ours', "website" = 'https://example.org' WHERE "id" = 2;"#
        let hub = try repaired(backend, arranging: bio + Self.begun())
        let user = try #require(hub.after["user"].first { $0.id == 502 })
        #expect(user["bio"] == "ours")
        #expect(user["website"] == "https://example.org")
    }

    @Test("keep the members whose rows were rewritten already, beside those that were not")
    func someRewritten() throws {
        let rewritten = #"""
            UPDATE "userorganization" SET "organization_id" = 502
            WHERE "id" = (SELECT max("id") FROM "userorganization" WHERE "organization_id" = 2);
            """#
        // SQLite alone: PostgreSQL's foreign key to the old table does not let it happen.
        try Refactored.migrating(.sqlite, arranging: "") { original, _ in
            let hub = try repaired(.sqlite, arranging: Self.begun() + rewritten)
            #expect(
                memberships(hub.after, organizations: "user", name: "username")
                    == memberships(original, organizations: "organization", name: "name"))
        }
    }

    @Test("keep invitations whose organization was rewritten already", arguments: TestBackend.allCases)
    func invitations(_ backend: TestBackend) throws {
        let rewritten = #"""
            UPDATE "invitation" SET "action" = 'join_org', "parameters" = '{"org_id": 502}',
                "created_by" = 2 WHERE "id" = 5;
            UPDATE "invitation" SET "action" = 'join_org', "parameters" = '{"org_id": 2}',
                "created_by" = 2 WHERE "id" = 6;
            """#
        let hub = try repaired(backend, arranging: Self.begun() + rewritten)
        for id in [5, 6] {
            #expect(hub.after["invitation"].first { $0.id == id }?["parameters"] == #"{"org_id": 502}"#)
        }
    }

    @Test("stop the repair where an id is one's old and another's new one")
    func ambiguous() throws {
        // Organization 2 is user 3 by now, and organization 3 has memberships by its old id: whose are those?
        let overlapping = #"""
            DELETE FROM "user" WHERE "id" = 3;
            INSERT INTO "user" ("id", "username", "email", "password_hash", "email_verified", "is_active", "is_org",
                "private_used_bytes", "public_used_bytes", "created_at")
            SELECT 3, g."name", 'none@none', '', false, true, true, 0, 0, g."created_at"
            FROM "organization" AS g WHERE g."id" = 2;
            """#
        try Refactored.migrating(.sqlite, arranging: "") { _, connection in
            try connection.execute(connection.dialect.spelling(Self.begun(merging: "false") + overlapping))
            let dump = try LogicalDump(of: connection)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).repair()
            }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["organization_id_ambiguous"])
            #expect(try LogicalDump(of: connection).differences(from: dump) == [])
        }
    }

    @Test("do not get the rows of a deleted user whose id they have", arguments: TestBackend.allCases)
    func strangersRows(_ backend: TestBackend) throws {
        let orphan = #"""
            UPDATE "token" SET "user_id" = 502 WHERE "id" = (SELECT min("id") FROM "token");
            """#
        let hub = try repaired(backend, arranging: Self.begun() + orphan)
        let id = try #require(hub.before["token"].first { $0["user_id"] == 502 }).id
        #expect(hub.after.quarantined(from: "token").map(\.sourceID).contains(id))
    }

    @Test("leave tables that are emptied into quarantine", arguments: TestBackend.allCases)
    func leftovers(_ backend: TestBackend) throws {
        let leftovers = #"""
            CREATE TABLE "_org_id_mapping" ("old_id" INTEGER PRIMARY KEY, "new_id" INTEGER);
            INSERT INTO "_org_id_mapping" VALUES (2, 502), (3, 503);
            CREATE TABLE "file_new" ("id" INTEGER PRIMARY KEY, "path_in_repo" TEXT);
            INSERT INTO "file_new" VALUES (7, 'a.bin');
            """#
        let hub = try repaired(backend, arranging: Self.begun() + leftovers)
        #expect(hub.after.quarantined(from: "_org_id_mapping").count == 2)
        let row = try #require(hub.after.quarantined(from: "file_new").first)
        #expect(row.sourceID == 7)
        #expect(row.values["path_in_repo"] == .text("a.bin"))
        #expect(hub.report.reconciledTables.map(\.table) == ["_org_id_mapping", "file_new"])
        #expect(hub.report.reconciledTables.map(\.quarantined) == [2, 1])
    }

    @Test("go on from a table that has old columns and new ones", arguments: TestBackend.allCases)
    func both(_ backend: TestBackend) throws {
        let both = #"""
            ALTER TABLE "file" ADD COLUMN "repository_id" INTEGER;
            UPDATE "file" SET "repository_id" = 99999 WHERE "id" % 2 = 0;
            ALTER TABLE "file" ADD COLUMN "owner_id" INTEGER;
            ALTER TABLE "stagingupload" ADD COLUMN "uploader_id" INTEGER;
            UPDATE "stagingupload" SET "uploader_id" = (SELECT min("id") FROM "user");
            ALTER TABLE "emailverification" ADD COLUMN "user_id" INTEGER;
            ALTER TABLE "commit" ADD COLUMN "author_id" INTEGER;
            """#
        let clean = try Refactored(backend).after
        let hub = try repaired(backend, arranging: Self.begun(merging: "false") + both)
        func places(_ contents: DatabaseContents) -> [Int64: DatabaseValue] {
            Dictionary(uniqueKeysWithValues: contents["file"].map { ($0.id, $0["repository_id"] ?? .null) })
        }
        #expect(places(hub.after) == places(clean))
        let uploader = hub.before["user"].map(\.id).min()
        let uploaders = Set(hub.after["stagingupload"].map { $0["uploader_id"]?.integer })
        #expect(uploaders == [uploader])
    }
}
