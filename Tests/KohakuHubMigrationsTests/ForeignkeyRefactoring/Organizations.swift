import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("008 makes organizations users")
struct Organizations {
    @Test("whose ids lie above every id that a user ever had", arguments: TestBackend.allCases)
    func newIDs(_ backend: TestBackend) throws {
        // The token of a deleted user would otherwise become the token of an organization.
        let database = try Refactored(
            backend, arranging: #"UPDATE "token" SET "user_id" = 70000 WHERE "id" = (SELECT min("id") FROM "token")"#)
        let organizations = database.after["user"].filter { $0["is_org"]?.boolean == true }
        #expect(organizations.count == database.before["organization"].count)
        #expect(organizations.filter { $0.id <= 70_000 } == [])
        let token = try #require(database.before["token"].map(\.id).min())
        #expect(database.quarantinedIDs("token").contains(token))
    }

    @Test("also above the ids that only the sequence remembers")
    func sequence() throws {
        let database = try Refactored(.postgresql, arranging: "SELECT setval('user_id_seq', 80000)")
        #expect(database.after["user"].filter { $0["is_org"]?.boolean == true && $0.id <= 80_000 } == [])
    }

    @Test("that cannot sign in", arguments: TestBackend.allCases)
    func columns(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        let organization = try #require(database.user("midevko"))
        #expect(organization["is_org"]?.boolean == true)
        #expect(organization["is_active"]?.boolean == true)
        #expect(organization["email_verified"]?.boolean == false)
        #expect(organization["email"] == .null)
        #expect(organization["password_hash"] == .null)
        #expect(organization["full_name"] == .null)
        let person = try #require(database.user("kuha_net"))
        #expect(person["is_org"]?.boolean == false)
    }

    @Test("and a membership that cannot be kept takes no other one's place", arguments: TestBackend.allCases)
    func incompleteMembership(_ backend: TestBackend) throws {
        let database = try Refactored(
            backend,
            arranging: DamagedHub.emptying("userorganization", "created_at", backend)
                + #"""
                ;INSERT INTO "userorganization" ("id", "user_id", "organization_id", "role", "created_at")
                SELECT 900, "user_id", "organization_id", 'visitor', '2025-09-01 04:22:32' FROM "userorganization"
                WHERE "id" = 1
                """#)
        #expect(database.quarantinedIDs("userorganization") == [1])
        #expect(database.row(900, of: "userorganization") != nil)
    }

    @Test("with the same members", arguments: TestBackend.allCases)
    func members(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        let names = Dictionary(database.before["organization"].map { ($0.id, $0["name"]) }) { first, _ in first }
        let users = Dictionary(database.after["user"].map { ($0.id, $0["username"]) }) { first, _ in first }
        for membership in database.before["userorganization"] {
            let now = try #require(database.row(membership.id, of: "userorganization"))
            let organization = try #require(now["organization_id"]?.integer)
            #expect(users[organization] == names[membership["organization_id"]?.integer ?? 0])
        }
    }

    @Test(
        "and keeps the highest of several roles of one member", arguments: TestBackend.allCases,
        [
            (["visitor", "admin", "member"], "admin"), (["admin", "super-admin", "member"], "super-admin"),
            (["visitor", "visitor", "visitor"], "member"),
        ])
    func duplicates(_ backend: TestBackend, _ roles: (others: [String], highest: String)) throws {
        // Membership 2 is user 7 as member of organization 2.
        let rows = roles.others.enumerated().map {
            "(\(101 + $0.offset), 7, 2, '\($0.element)', '2025-09-01 00:00:00')"
        }
        let database = try Refactored(
            backend,
            arranging: """
                INSERT INTO "userorganization" ("id", "user_id", "organization_id", "role", "created_at")
                VALUES \(rows.joined(separator: ", "))
                """)
        let organization = try #require(database.user("orizen_zen")).id
        let memberships = database.after["userorganization"].filter {
            $0["user_id"] == 7 && $0["organization_id"] == .integer(organization)
        }
        #expect(memberships.map { $0["role"] } == [.text(roles.highest)])
        let all: Set<Int64> = [2, 101, 102, 103]
        #expect(database.quarantinedIDs("userorganization").union(memberships.map(\.id)) == all)
    }

    @Test("but stops before any change when a user has the name", arguments: TestBackend.allCases)
    func collision(_ backend: TestBackend) throws {
        let sql = #"UPDATE "organization" SET "name" = 'kuha_net' WHERE "id" = 3"#
        try Refactored.migrating(backend, arranging: sql) { before, connection in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["name_collision"])
            #expect(error.findings.first?.examples == [#""kuha_net": user 5 and organization 3"#])
            #expect(error.findings.first?.action?.isEmpty == false)
            #expect(try DatabaseContents(of: connection) == before)
        }
    }

    @Test("and gives the later of two alike normalized names its id", arguments: TestBackend.allCases)
    func normalizedNames(_ backend: TestBackend) throws {
        let database = try Refactored(
            backend,
            arranging: """
                UPDATE "organization" SET "name" = 'Kuha-Net' WHERE "id" = 3;
                UPDATE "user" SET "username" = 'zentree_ori_' WHERE "id" = 9;
                """)
        #expect(database.user("kuha_net")?["normalized_name"] == "kuhanet")
        let organization = try #require(database.user("Kuha-Net"))
        #expect(organization["normalized_name"] == .text("kuhanet~\(organization.id)"))
        #expect(database.user("zentree-ori")?["normalized_name"] == "zentreeori")
        #expect(database.user("zentree_ori_")?["normalized_name"] == "zentreeori~9")
        #expect(database.user("Ωmega")?["normalized_name"] == "ωmega")
    }
}
