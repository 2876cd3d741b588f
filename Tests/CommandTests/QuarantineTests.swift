import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// What `quarantine` says and does after the upgrade of a hub with rows that could not be kept.
@Suite("The quarantine verbs")
struct QuarantineTests {
    /// Runs a test on an upgraded hub in which somebody took the name of the owner who was gone.
    private func upgraded(_ backend: TestBackend, _ body: (Hub, any DatabaseConnection) throws -> Void) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            let connection = try hub.database.connect()
            try connection.execute(
                """
                INSERT INTO "user" ("id", "username", "normalized_name", "is_org", "email_verified", "is_active",
                    "private_used_bytes", "public_used_bytes", "created_at")
                VALUES (9000, 'gone-user', 'goneuser', false, false, true, 0, 0, '2025-08-01 12:00:00')
                """)
            try connection.advanceSequence(of: "user", past: 0)
            try body(hub, connection)
        }
    }

    private func numbers(_ table: String, _ connection: any DatabaseConnection) throws -> [String] {
        try connection.query(
            "SELECT id FROM kohaku_quarantine WHERE source_table = $1 AND row_json LIKE '%gone-user/left-behind%' ORDER BY id",
            [.text(table)]
        ).map { String($0[0].integer ?? 0) }
    }

    @Test("List what is there with its reason, and say when nothing is", arguments: TestBackend.allCases)
    func list(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            let count = try connection.countRows(in: Quarantine.kohakuHub.table)
            let text = try hub("quarantine", "list").output
            #expect(text.contains("\n\(count) rows in quarantine ("))
            #expect(text.contains("nobody is named gone-user"))
            let listed = try JSONSerialization.jsonObject(with: Data(hub("quarantine", "list", "--json").output.utf8))
            #expect((listed as? [String: Any])?["count"] as? Int == Int(count))
            try hub.expect(0, "quarantine", "purge", "--all", "--yes")
            #expect(try connection.readSchema().tables[Quarantine.kohakuHub.table] == nil)
            let nothing = try hub("quarantine", "list")
            #expect(nothing.status == 0)
            #expect(nothing.output.contains("Nothing is in quarantine."))
        }
    }

    @Test("List and export only the rows of a table or of a migration", arguments: TestBackend.allCases)
    func filtered(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            for (flags, condition) in [
                (["--table", "file"], "source_table = 'file'"), (["--migration", "8"], "migration = 8"),
                (["--migration", "008", "--table", "token"], "migration = 8 AND source_table = 'token'"),
                (["--table", "none"], "false"),
            ] {
                let kept = try connection.query("SELECT id FROM kohaku_quarantine WHERE \(condition) ORDER BY id")
                let ids = kept.compactMap { $0[0].integer }
                #expect(ids.isEmpty == (condition == "false"))
                let listed = try hub.command.run(["quarantine", "list"] + flags).output.split(separator: "\n")
                    .compactMap { $0.split(separator: " ").first.flatMap { Int64($0) } }
                // The first number is the total.
                #expect(listed == (ids.isEmpty ? [] : [Int64(ids.count)]) + ids)
                let exported = try hub.command.run(["quarantine", "export"] + flags).output.split(separator: "\n")
                #expect(exported.map { $0.prefix { $0 != "," } } == ids.map { "{\"id\":\($0)" })
            }
        }
    }

    @Test("Export one JSON object per line, the row whole", arguments: TestBackend.allCases)
    func export(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            let lines = try hub("quarantine", "export").output.split(separator: "\n")
            let kept = try connection.query("SELECT row_json FROM kohaku_quarantine ORDER BY id").compactMap {
                $0[0].text
            }
            #expect(lines.count == kept.count)
            for (line, row) in zip(lines, kept) {
                #expect(line.contains("\"row\":\(row)"))
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(
                    object.map { Set($0.keys) }
                        == ["id", "migration", "source_table", "source_id", "reason", "row", "quarantined_at"])
            }
        }
    }

    @Test("Release a repository with all that belongs to it", arguments: TestBackend.allCases)
    func release(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            let files = try numbers("file", connection)
            let tooEarly = try hub.command.run(["quarantine", "release"] + files)
            #expect(tooEarly.status == 1)
            #expect(tooEarly.errors.contains("there is no repository gone-user/left-behind"))
            #expect(tooEarly.errors.contains("Nothing was released."))

            let repository = try numbers("repository", connection)
            #expect(try hub.command.run(["quarantine", "release"] + repository).status == 0)
            let released = try connection.query(
                #"SELECT "id", "owner_id" FROM "repository" WHERE "full_id" = 'gone-user/left-behind'"#)
            #expect(released.map { $0[1] } == [9000])
            let all = try files + numbers("stagingupload", connection) + numbers("lfsobjecthistory", connection)
            #expect(all.count > 5)
            #expect(try hub.command.run(["quarantine", "release"] + all).status == 0)
            for table in ["file", "stagingupload", "lfsobjecthistory"] {
                #expect(try numbers(table, connection).isEmpty)
                #expect(
                    try connection.integer(
                        "SELECT count(*) FROM \(table) WHERE repository_id = $1", [released[0][0]]) > 0)
            }
            // History finds its file again by the path.
            #expect(
                try connection.integer(
                    "SELECT count(*) FROM lfsobjecthistory WHERE repository_id = $1 AND file_id IS NULL",
                    [released[0][0]]) == 0)
            try hub.expect(0, "verify")
        }
    }

    @Test("Refuse a row that does not fit, exactly, and release none of those named", arguments: TestBackend.allCases)
    func refusals(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            let before = try hub.snapshot()
            let repository = try #require(numbers("repository", connection).first)
            let commit = try #require(numbers("commit", connection).first)
            let author = try hub("quarantine", "release", repository, commit)
            #expect(author.status == 1)
            #expect(
                author.errors.replacing("\n", with: " ")
                    .contains("its author_id is 16, and there is no user with that id"))
            let unknown = try hub("quarantine", "release", "99999")
            #expect(unknown.status == 64)
            #expect(unknown.errors.contains("there is no row 99999 in quarantine"))
            #expect(try hub.snapshot() == before)

            // Somebody has the token's hash by now.
            let row = try connection.query(
                "SELECT id, source_id FROM kohaku_quarantine WHERE source_table = 'token' ORDER BY id LIMIT 1")
            let json = try connection.query("SELECT row_json FROM kohaku_quarantine WHERE id = $1", [row[0][0]])
            let fields = try JSONSerialization.jsonObject(with: Data((json[0][0].text ?? "").utf8)) as? [String: Any]
            try connection.execute(
                #"UPDATE "user" SET "id" = $1 WHERE "id" = 9000"#, [.integer(Int64(fields?["user_id"] as? Int ?? 0))])
            try connection.execute(
                #"UPDATE "token" SET "token_hash" = $1 WHERE "id" = (SELECT min("id") FROM "token")"#,
                [.text(fields?["token_hash"] as? String ?? "")])
            let taken = try hub("quarantine", "release", String(row[0][0].integer ?? 0))
            #expect(taken.status == 1)
            #expect(taken.errors.contains("has the same token_hash"))
        }
    }

    @Test("Refuse what is of someone whose id a newer user has", arguments: TestBackend.allCases)
    func reusedID(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            // The rows of user 16 are of September.
            try connection.execute(
                #"UPDATE "user" SET "id" = 16, "username" = 'newcomer', "created_at" = '2025-10-01 12:00:00' WHERE "id" = 9000"#
            )
            let before = try hub.snapshot()
            for table in ["token", "session", "sshkey", "emailverification", "commit"] {
                let rows = try connection.query(
                    """
                    SELECT id FROM kohaku_quarantine WHERE source_table = $1 AND row_json LIKE '%: 16,%'
                        OR source_table = $1 AND row_json LIKE '%:16,%' ORDER BY id
                    """, [.text(table)]
                ).map { String($0[0].integer ?? 0) }
                let refused = try hub("quarantine", "release", #require(rows.first))
                #expect(refused.status == 1)
                #expect(refused.errors.replacing("\n", with: " ").contains("user 16 was created after it"))
            }
            let repository = try hub("quarantine", "release", #require(numbers("repository", connection).first))
            #expect(repository.status == 1)
            #expect(repository.errors.replacing("\n", with: " ").contains("nobody is named"))
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("Take a number once, and let history find a file that comes later", arguments: TestBackend.allCases)
    func order(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, connection in
            let repository = try numbers("repository", connection)
            #expect(try hub.command.run(["quarantine", "release"] + repository + repository).status == 0)
            let history = try numbers("lfsobjecthistory", connection)
            #expect(try hub.command.run(["quarantine", "release"] + history).status == 0)
            let unlinked = """
                SELECT count(*) FROM lfsobjecthistory AS h JOIN repository AS r ON r.id = h.repository_id
                WHERE r.full_id = 'gone-user/left-behind' AND h.file_id IS NULL
                """
            #expect(try connection.integer(unlinked) > 0)
            let files = try numbers("file", connection)
            #expect(try hub.command.run(["quarantine", "release"] + files).status == 0)
            #expect(try connection.integer(unlinked) == 0)
        }
    }

    @Test("Create no file where there is none", arguments: [["release", "1"], ["purge", "--all", "--yes"]])
    func missingFile(_ words: [String]) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/mistyped.db"
            let outcome = try Command(folder: folder).run(
                ["quarantine"] + words + ["--database-url", "sqlite:///\(path)"])
            #expect(outcome.status == 7)
            #expect(outcome.errors.replacing("\n", with: " ").contains("there is no such file"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("Purge nothing without consent", arguments: TestBackend.allCases)
    func consent(_ backend: TestBackend) throws {
        try upgraded(backend) { hub, _ in
            let before = try hub.snapshot()
            let refused = try hub("quarantine", "purge", "--all")
            #expect(refused.status == 5)
            #expect(refused.errors.contains("run with --yes"))
            for words in [[], ["--yes"], ["--all", "1"], ["--all", "1", "--yes"], ["1", "--all"]] {
                let senseless = try hub.command.run(["quarantine", "purge"] + words)
                #expect(senseless.status == 64)
                #expect(senseless.errors.contains("Give row numbers or --all."))
            }
            try hub.expect(64, "quarantine", "release")
            #expect(try hub.snapshot() == before)
            try hub.expect(0, "quarantine", "purge", "--all", "--yes")
            #expect(try hub.snapshot().tables["kohaku_quarantine"] == nil)
        }
    }
}
