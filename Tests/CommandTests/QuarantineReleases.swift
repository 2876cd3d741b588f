import Foundation
import Migrations
import MigrationsTesting
import Testing

/// What goes back from the quarantine, and what does not.
@Suite("Releasing from quarantine")
struct QuarantineReleases {
    /// What makes the situations on a v7 hub: a membership twice, and an invitation to an organization that never was.
    private static let arrangement = """
        INSERT INTO userorganization (id, user_id, organization_id, role, created_at)
        SELECT 900, user_id, organization_id, 'visitor', created_at FROM userorganization WHERE id = 1;
        UPDATE invitation SET action = 'join_org', parameters = '{"org_id": 9999}' WHERE id = 5
        """

    /// Upgrades a v7 hub in which the deleted user 8 was made anew.
    private func upgraded(
        _ backend: TestBackend, _ body: (Hub, DatabaseContents, any DatabaseConnection) throws -> Void
    ) throws {
        try backend.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute(Self.arrangement)
            let before = try hub.snapshot().contents
            try hub.expect(0, "run", "--yes")
            try connection.execute(
                """
                INSERT INTO "user" (id, username, normalized_name, is_org, email_verified, is_active,
                    private_used_bytes, public_used_bytes, created_at)
                VALUES (8, 'returned', 'returned', false, false, true, 0, 0, '2025-08-01 12:00:00')
                """)
            try body(hub, before, connection)
        }
    }

    private func number(_ table: String, _ id: Int64, _ connection: any DatabaseConnection) throws -> String {
        let rows = try connection.query(
            "SELECT id FROM kohaku_quarantine WHERE source_table = $1 AND source_id = $2", [.text(table), .integer(id)])
        return String(try #require(rows.first?[0].integer))
    }

    /// The rows of user 8.
    private static let rows: [(table: String, id: Int64)] = [
        ("token", 12), ("session", 32), ("sshkey", 6), ("emailverification", 6), ("commit", 5), ("commit", 11),
        ("commit", 15),
    ]

    @Test("Rows come back with every value that they had", arguments: TestBackend.allCases)
    func values(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, before, connection in
            let numbers = try Self.rows.map { try number($0.table, $0.id, connection) }
            let outcome = try hub.command.run(["quarantine", "release"] + numbers)
            #expect(outcome.status == 0, "\(outcome)")
            let after = try hub.snapshot().contents
            for (table, id) in Self.rows {
                let old = try #require(before[table].first { $0["id"]?.integer == id })
                let new = try #require(after[table].first { $0["id"]?.integer == id })
                for (column, value) in old where new[column] != nil {
                    #expect(new[column] == value, "\(table).\(column) of \(id)")
                }
                #expect((new["user_id"] ?? new["author_id"]) == 8)
                guard table == "commit" else { continue }
                let repository = try #require(after["repository"].first { $0["id"] == new["repository_id"] })
                #expect(repository["full_id"] == old["repo_full_id"])
                #expect(repository["repo_type"] == old["repo_type"])
                #expect(new["owner_id"] == repository["owner_id"])
            }
            try hub.expect(0, "verify")
        }
    }

    /// Expects a refusal that leaves everything as it was.
    private func expectRefused(_ hub: Hub, _ number: String, _ message: String) throws {
        let before = try hub.snapshot().contents
        let outcome = try hub("quarantine", "release", number)
        #expect(outcome.status == 1)
        let words = outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(message), "\(outcome.errors)")
        #expect(words.contains("Nothing was released."))
        #expect(try hub.snapshot().contents == before)
    }

    @Test("A row whose id is taken gets another one", arguments: TestBackend.allCases)
    func takenID(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, before, connection in
            try connection.execute(
                """
                INSERT INTO token (id, user_id, token_hash, name, created_at)
                VALUES (12, 8, 'another', 'another', '2025-10-01 12:00:00')
                """)
            let count = try connection.countRows(in: "token")
            let number = try number("token", 12, connection)
            let output = try hub("quarantine", "release", number).output
            let new = try connection.integer("SELECT max(id) FROM token")
            #expect(new > 12 && output.hasSuffix("  token 12 (quarantine \(number)), now with id \(new)\n"))
            let old = try #require(before["token"].first { $0["id"] == 12 })
            let after = try hub.snapshot().contents["token"]
            #expect(after.count == count + 1)
            #expect(after.contains { $0["token_hash"] == old["token_hash"] && $0["id"]?.integer ?? 0 > 12 })
            #expect(after.contains { $0["token_hash"] == "another" && $0["id"] == 12 })
            // The next one that the hub makes is none of them.
            try connection.execute(
                "INSERT INTO token (user_id, token_hash, name, created_at) VALUES (8, 'third', 'third', '2025-10-01 12:00:00')"
            )
        }
    }

    @Test("What belonged to a repository is not given to another one of its id", arguments: TestBackend.allCases)
    func reusedRepository(_ backend: TestBackend) throws {
        try backend.withHub("v15") { hub in
            let connection = try hub.database.connect()
            let before = try hub.snapshot().contents
            let ids = before["lfsobjecthistory"].compactMap { $0["repository_id"]?.integer }
            let id = try #require(ids.first)
            let owned = ["file", "commit", "lfsobjecthistory"].map { table in
                (table: table, rows: before[table].filter { $0["repository_id"]?.integer == id })
            }
            if connection.dialect == .postgresql {
                for (table, name) in try connection.readSchema().tables.values.flatMap({ table in
                    table.foreignKeys.filter { $0.referencedTable == "repository" }.map { (table.name, $0.name ?? "") }
                }) {
                    try connection.execute(
                        "ALTER TABLE \(table.quotedIdentifier) DROP CONSTRAINT \(name.quotedIdentifier)")
                }
            }
            let repository = try #require(before["repository"].first { $0["id"]?.integer == id })
            try connection.execute("DELETE FROM repository WHERE id = $1", [.integer(id)])
            try hub.expect(0, "repair", "--yes")
            // Another one, made now.
            try connection.execute(
                """
                INSERT INTO repository (id, repo_type, namespace, name, full_id, private, owner_id, used_bytes, downloads,
                    likes_count, created_at)
                VALUES ($1, 'model', 'z', 'new', 'z/new', false, (SELECT min(id) FROM "user"), 0, 0, 0, '2999-01-01 00:00:00')
                """, [.integer(id)])
            for (table, rows) in owned {
                for row in rows {
                    try expectRefused(
                        hub, number(table, #require(row["id"]?.integer), connection),
                        "repository \(id) was created after it, so it is another one's")
                }
            }
            // The same one again: everything belongs to its present owner, and no history to another file of its file's id.
            let other = try connection.integer(#"SELECT max(id) FROM "user""#)
            try connection.execute(
                "UPDATE repository SET full_id = $2, created_at = '2000-01-01 00:00:00', owner_id = $3 WHERE id = $1",
                [.integer(id), repository["full_id"] ?? .null, .integer(other)])
            try connection.execute("UPDATE \"user\" SET created_at = '2000-01-01 00:00:00'")
            try hub.expect(0, "quarantine", "release", "--all")
            let after = try hub.snapshot().contents
            for (table, rows) in owned {
                let found = after[table].filter { $0["repository_id"]?.integer == id }
                #expect(found.count == rows.count)
                if table != "lfsobjecthistory" { #expect(found.allSatisfy { $0["owner_id"]?.integer == other }) }
            }
            for row in after["lfsobjecthistory"] where row["file_id"] != .null {
                let file = try #require(after["file"].first { $0["id"] == row["file_id"] })
                #expect(file["repository_id"] == row["repository_id"] && file["path_in_repo"] == row["path_in_repo"])
            }
            try hub.expect(0, "verify")
        }
    }

    @Test("A file of several repositories stays", arguments: TestBackend.allCases)
    func severalRepositories(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, before, connection in
            let file = try #require(
                before["file"].first { $0["repo_full_id"] == "gone-user/left-behind" }?["id"]?.integer)
            for type in ["model", "dataset"] {
                try connection.execute(
                    """
                    INSERT INTO repository (repo_type, namespace, name, full_id, private, owner_id, used_bytes, downloads,
                        likes_count, created_at)
                    VALUES ($1, 'gone-user', 'left-behind', 'gone-user/left-behind', false, 8, 0, 0, 0,
                        '2025-10-01 12:00:00')
                    """, [.text(type)])
            }
            try expectRefused(
                hub, number("file", file, connection), "several repositories are named gone-user/left-behind")
        }
    }

    @Test("A membership stays, and so does an invitation to an organization", arguments: TestBackend.allCases)
    func organizations(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, _, connection in
            try expectRefused(
                hub, number("userorganization", 900, connection),
                "organizations have had other ids since 008, so its organization_id is meaningless")
            try expectRefused(
                hub, number("invitation", 5, connection),
                "organizations have had other ids since 008, so its org_id is meaningless")
        }
    }

    @Test("A membership that a repair took away from the newest schema comes back", arguments: TestBackend.allCases)
    func laterMembership(_ backend: TestBackend) throws {
        try backend.withHub("v15") { hub in
            let connection = try hub.database.connect()
            let before = try hub.snapshot().contents["userorganization"]
            let user = try #require(before.first?["user_id"]?.integer)
            if connection.dialect == .postgresql {
                for key in try connection.readSchema().tables["userorganization"]?.foreignKeys ?? [] {
                    try connection.execute(
                        "ALTER TABLE userorganization DROP CONSTRAINT \(key.name?.quotedIdentifier ?? "")")
                }
            }
            try connection.execute("UPDATE userorganization SET user_id = 9000 WHERE user_id = $1", [.integer(user)])
            try hub.expect(0, "repair", "--yes")
            try connection.execute(
                "UPDATE kohaku_quarantine SET row_json = replace(row_json, '9000', $1)", [.text(String(user))])
            try hub.expect(0, "quarantine", "release", "--all")
            #expect(try hub.snapshot().contents["userorganization"] == before)
        }
    }

    @Test(
        "An invitation of the newest schema stays when its organization is somebody else's",
        arguments: TestBackend.allCases)
    func laterInvitation(_ backend: TestBackend) throws {
        try backend.withHub("v15") { hub in
            let connection = try hub.database.connect()
            let id = try connection.integer("SELECT max(id) FROM invitation")
            let user = try connection.integer(#"SELECT max(id) FROM "user""#)
            try connection.execute(
                """
                UPDATE invitation SET action = 'join_org', parameters = '{"org_id": \(user)}', created_by_id = NULL
                    WHERE id = \(id);
                DROP INDEX invitation_token;
                INSERT INTO invitation (id, token, action, parameters, usage_count, expires_at, created_at)
                    SELECT id + 1, token, action, parameters, 0, expires_at, created_at FROM invitation WHERE id = \(id)
                """)
            try hub.expect(0, "repair", "--yes")
            try connection.execute("DELETE FROM invitation WHERE id = \(id)")
            let number = try number("invitation", id + 1, connection)
            let before = try hub.snapshot().contents
            try connection.execute(#"UPDATE "user" SET created_at = '2999-01-01 00:00:00' WHERE id = \#(user)"#)
            try expectRefused(hub, number, "user \(user), the organization it invites to, is gone or someone else's")
            try connection.execute(#"UPDATE "user" SET created_at = '2000-01-01 00:00:00' WHERE id = \#(user)"#)
            try hub.expect(0, "quarantine", "release", number)
            #expect(try hub.snapshot().contents["invitation"].count == before["invitation"].count + 1)
        }
    }

    @Test("A staged upload stays when its uploader's id is somebody else's by now")
    func uploader() throws {
        try TestBackend.sqlite.withHub("v15") { hub in
            let connection = try hub.database.connect()
            let repository = try connection.integer("SELECT min(id) FROM repository")
            let user = try connection.integer(#"SELECT max(id) FROM "user""#)
            try connection.execute(
                """
                INSERT INTO stagingupload (id, repository_id, repo_type, revision, path_in_repo, sha256, size, storage_key,
                    lfs, created_at, uploader_id)
                VALUES (1, 4242, 'model', 'main', 'a.bin', 'aa', 1, 'k', 1, '2025-10-01 12:00:00', \(user))
                """)
            try hub.expect(0, "repair", "--yes")
            try connection.execute(
                "UPDATE kohaku_quarantine SET row_json = replace(row_json, '4242', $1)",
                [.text(String(repository))])
            let number = try number("stagingupload", 1, connection)
            try connection.execute(#"UPDATE "user" SET created_at = '2999-01-01 00:00:00' WHERE id = \#(user)"#)
            try expectRefused(hub, number, "user \(user) was created after it, so it is someone else's")
            try connection.execute(#"UPDATE "user" SET created_at = '2000-01-01 00:00:00' WHERE id = \#(user)"#)
            try hub.expect(0, "quarantine", "release", number)
        }
    }

    @Test("Numbers and blobs of columns that SQLite does not hold to their type come back as they were")
    func looseTypes() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute("ALTER TABLE token ADD COLUMN note TEXT; ALTER TABLE token ADD COLUMN score REAL")
            let score = 0.1 + 0.2
            try connection.execute(
                "UPDATE token SET note = $1, score = $2 WHERE id = 12", [.blob([0, 255, 7]), .real(score)])
            try hub.expect(0, "run", "--yes")
            try connection.execute(
                """
                INSERT INTO "user" (id, username, normalized_name, is_org, email_verified, is_active,
                    private_used_bytes, public_used_bytes, created_at)
                VALUES (8, 'returned', 'returned', false, false, true, 0, 0, '2025-08-01 12:00:00')
                """)
            try hub.expect(0, "quarantine", "release", number("token", 12, connection))
            let row = try connection.query("SELECT note, score FROM token WHERE id = 12")
            #expect(row.map(\.values) == [[.blob([0, 255, 7]), .real(score)]])
        }
    }
}
