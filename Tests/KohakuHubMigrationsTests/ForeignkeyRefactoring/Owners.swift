import Migrations
import MigrationsTesting
import Testing

@Suite("008 gives each repository an owner")
struct Owners {
    @Test("who stays when living, also in the namespace of an organization", arguments: TestBackend.allCases)
    func living(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        #expect(database.row(1, of: "repository")?["owner_id"] == 3)
        #expect(database.row(2, of: "repository")?["owner_id"] == 14)
    }

    @Test("who is the namespace's when the old one is gone", arguments: TestBackend.allCases)
    func dangling(_ backend: TestBackend) throws {
        let database = try Refactored(
            backend, arranging: #"UPDATE "repository" SET "owner_id" = 8 WHERE "id" IN (1, 2)"#)
        #expect(database.row(1, of: "repository")?["owner_id"] == 3)
        #expect(database.row(2, of: "repository")?["owner_id"] == database.user("midevko")?["id"])
    }

    @Test("who is the namespace's user when the old one is only the default 1", arguments: TestBackend.allCases)
    func defaultOwner(_ backend: TestBackend) throws {
        let database = try Refactored(
            backend,
            arranging: """
                INSERT INTO "user" SELECT 1, 'first', 'first@example.org', "password_hash", "email_verified",
                    "is_active", NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, "created_at"
                FROM "user" WHERE "id" = 5;
                UPDATE "repository" SET "owner_id" = 1 WHERE "id" IN (1, 2);
                """)
        #expect(database.row(1, of: "repository")?["owner_id"] == 3)
        // User 1 may well have made a repository of an organization.
        #expect(database.row(2, of: "repository")?["owner_id"] == 1)
    }

    @Test("or quarantines it with all that belongs to it", arguments: TestBackend.allCases)
    func nobody(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        #expect(database.quarantinedIDs("repository") == [9])
        for table in ["file", "commit", "stagingupload", "lfsobjecthistory"] {
            let rows = database.ids(table) { $0["repo_full_id"] == "gone-user/left-behind" }
            #expect(database.quarantinedIDs(table).isSuperset(of: rows), "\(table)")
        }
    }

    @Test("who also owns its files and commits", arguments: TestBackend.allCases)
    func belongings(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        for table in ["file", "commit"] {
            for row in database.after[table] {
                let repository = database.row(row["repository_id"]?.integer ?? 0, of: "repository")
                #expect(row["owner_id"] == repository?["owner_id"], "\(table) \(row.id)")
            }
        }
    }
}
