import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Programs read `--json`: the documents have these keys and no others, and `docs/json.md` names each.
@Suite("JSON documents")
struct JSONDocumentTests {
    /// Asserts the keys of a document, and that they are documented.
    private func expectKeys(_ output: String, _ expected: String, open: Set<String> = []) throws {
        let keys = try JSONShape.keys(of: output, open: open)
        let names = Set(expected.split(whereSeparator: \.isWhitespace).map(String.init))
        #expect(keys == names, "\(keys.symmetricDifference(names).sorted())")
        let documentation = try Repository.text("docs/json.md")
        for name in names { #expect(documentation.contains("| `\(name)` |"), "\(name) is not in docs/json.md") }
    }

    @Test("status", arguments: TestBackend.allCases)
    func status(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try expectKeys(
                hub("status", "--json").output,
                """
                database state version pending warnings
                migrations migrations[].number migrations[].name migrations[].verdict migrations[].evidence
                """)
            let document = try hub.json(StatusDocument.self, "status")
            #expect(document.state == "older")
            #expect(document.version == 7)
            #expect(document.pending)
            #expect(document.migrations.map(\.number) == Array(1...Catalogue.kohakuHub.newest))
            #expect(document.migrations[7].name == "foreignkey_refactoring")
            #expect(document.migrations[7].verdict == "pending")
            #expect(document.database.hasPrefix(backend.description))
        }
        try backend.withHub { hub in
            #expect(try hub.json(StatusDocument.self, "status").state == "fresh")
            try hub.database.connect().execute("CREATE TABLE books (id INTEGER PRIMARY KEY)")
            #expect(try hub.json(StatusDocument.self, "status").state == "foreign")
        }
    }

    @Test("wait, and the run of start", arguments: TestBackend.allCases)
    func wait(_ backend: TestBackend) throws {
        try backend.withHub("v15") { hub in
            try expectKeys(hub("wait", "--json").output, "status database seconds")
            let run = try hub("run", "--json").output
            let start = try hub("start", "--json", "--", "printf", "and then")
            #expect(start.output.hasSuffix("and then"))
            let document = String(start.output.dropLast("and then".count))
            try JSONSchema.expectValid(document, of: ["start"])
            try expectKeys(
                document, JSONShape.keys(of: run).joined(separator: " "))
        }
    }

    @Test("plan", arguments: TestBackend.allCases)
    func plan(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let keys = """
                database fresh version findings rows drift
                pending pending[].number pending[].name pending[].evidence pending[].consent
                """
            try expectKeys(hub("plan", "--json").output, keys, open: ["rows", "findings[]"])
            try expectKeys(hub("run", "--dry-run", "--json").output, keys, open: ["rows", "findings[]"])
            try expectKeys(
                hub("plan", "--sql", "--json").output, keys + " pending[].sql", open: ["rows", "findings[]"])

            let document = try hub.json(PlanDocument.self, "plan", "--sql")
            #expect(!document.fresh)
            #expect(document.version == 6)
            #expect(document.pending.map(\.number) == Array(7...Catalogue.kohakuHub.newest))
            #expect(document.rows["user"] == 12)
            #expect(document.pending[1].consent?.contains("The only way back is to restore a backup.") == true)
            #expect(document.pending[0].sql?.first?.hasPrefix("ALTER TABLE \"user\" ADD COLUMN \"avatar\"") == true)
        }
    }

    @Test("plan --repair", arguments: TestBackend.allCases)
    func planRepair(_ backend: TestBackend) throws {
        try backend.withHub("Mixed/b_v07_008failed") { hub in
            let keys = """
                state run tables tables[].table tables[].present tables[].leftover tables[].rows
                tables[].otherColumns tables[].missingColumns tables[].otherDifferences
                """
            try expectKeys(hub("plan", "--repair", "--json").output, keys, open: ["run"])
            try expectKeys(hub("repair", "--dry-run", "--json").output, keys, open: ["run"])
            try expectKeys(
                hub("status", "--json").output,
                """
                database state remains version pending warnings
                migrations migrations[].number migrations[].name migrations[].verdict migrations[].evidence
                """)
        }
    }

    @Test("run", arguments: TestBackend.allCases)
    func run(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let outcome = try hub("run", "--yes", "--json")
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
            try expectKeys(
                outcome.output,
                """
                status database version wasFresh changed findings reconciled reconciledTables violations quarantined leftAlone
                seconds backup backup.path backup.size backup.restore
                migrations migrations[].number migrations[].name migrations[].seconds
                migrations[].tables migrations[].tables[].table migrations[].tables[].rowsIn
                migrations[].tables[].kept migrations[].tables[].checksum migrations[].tables[].merged
                migrations[].tables[].copied migrations[].tables[].quarantined
                migrations[].tables[].moved migrations[].tables[].rowsOut
                """, open: ["findings[]", "leftAlone[]", "reconciled[]", "reconciledTables[]", "violations[]"])
            let again = try hub.json(RunDocument.self, "run")
            #expect(again.status == "done")
            #expect(again.version == Catalogue.kohakuHub.newest)
            #expect(!again.changed && !again.wasFresh && again.migrations.isEmpty)
        }
        try backend.withHub { hub in
            let fresh = try hub.json(RunDocument.self, "init")
            #expect(fresh.wasFresh && fresh.changed)
        }
    }

    @Test("Every row of a run is accounted for in its document", arguments: TestBackend.allCases)
    func rowsAreAccountedFor(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot().contents.rowCounts
            let document = try hub.json(RunDocument.self, "run", "--yes")
            let after = try hub.snapshot().contents.rowCounts
            let rewrites = try #require(document.migrations.first { $0.number == 8 }).tables
            for table in rewrites {
                #expect(table.rowsIn == before[table.table])
                #expect(
                    table.rowsIn + table.merged + table.copied
                        == table.rowsOut + table.quarantined + table.moved)
            }
            let quarantined = rewrites.reduce(0) { $0 + $1.quarantined }
            #expect(quarantined > 0)
            #expect(after["kohaku_quarantine"] ?? 0 <= quarantined)
        }
    }

    @Test("verify", arguments: TestBackend.allCases)
    func verify(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.expect(0, "init")
            try hub.database.connect().execute(
                """
                DROP INDEX token_user_id; ALTER TABLE "user" DROP COLUMN bio;
                CREATE TABLE books (id INTEGER PRIMARY KEY); CREATE INDEX own ON token (name)
                """)
            let outcome = try hub("verify", "--json")
            #expect(outcome.status == 3)
            try expectKeys(
                outcome.output,
                """
                exact violations status
                differences differences[].kind differences[].table differences[].name differences[].expected
                differences[].harmless
                leftAlone leftAlone[].kind leftAlone[].table leftAlone[].name leftAlone[].found leftAlone[].harmless
                """, open: ["status"])
            let document = try hub.json(VerifyDocument.self, "verify")
            #expect(!document.exact)
            #expect(Set(document.differences.map(\.kind)) == ["missingIndex", "missingColumn"])
            #expect(Set(document.leftAlone.map(\.kind)) == ["ownTable", "ownIndex"])
        }
    }

    @Test("quarantine release and purge", arguments: TestBackend.allCases)
    func quarantineChanges(_ backend: TestBackend) throws {
        let keys = """
            status database count rows rows[].id rows[].migration rows[].sourceTable rows[].sourceID rows[].reason
            rows[].quarantinedAt
            """
        try backend.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            let connection = try hub.database.connect()
            try connection.execute(
                """
                INSERT INTO "user" (id, username, normalized_name, is_org, email_verified, is_active,
                    private_used_bytes, public_used_bytes, created_at)
                VALUES (8, 'returned', 'returned', false, false, true, 0, 0, '2025-08-01 12:00:00')
                """)
            let token = try connection.integer(
                "SELECT id FROM kohaku_quarantine WHERE source_table = 'token' AND source_id = 12")
            try expectKeys(
                hub("quarantine", "release", String(token), "--json").output, keys + " rows[].releasedID")
            try expectKeys(hub("quarantine", "purge", "--all", "--yes", "--json").output, keys)
        }
    }

    @Test("backup and restore", arguments: TestBackend.allCases)
    func backups(_ backend: TestBackend) throws {
        struct Document: Decodable {
            struct Backup: Decodable { var path: String }
            var backups: [Backup]
        }
        try backend.withHub("v07") { hub in
            let keys = "status database count backups backups[].path backups[].size"
            let created = try hub("backup", "create", "--json").output
            try expectKeys(created, keys + " backups[].restore")
            try expectKeys(hub("backup", "list", "--json").output, keys)
            let made = try JSONDecoder().decode(Document.self, from: Data(created.utf8)).backups
            #expect(try hub.json(Document.self, "backup", "list").backups.map(\.path) == made.map(\.path))
            if case .sqlite = hub.database {
                try expectKeys(
                    hub("restore", made[0].path, "--yes", "--json").output, "status database backup version replaced")
            }
            try hub.expect(0, "backup", "create")
            try expectKeys(hub("backup", "prune", "--keep", "1", "--json").output, keys)
            #expect(try hub.json(Document.self, "backup", "list").backups.count == 1)
        }
    }

    @Test("rehearse", arguments: TestBackend.allCases)
    func rehearse(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try expectKeys(
                hub("rehearse", "--json").output,
                "status database rows untouched copy copy.bytes copy.peakBytes copy.seconds run", open: ["run"])
        }
    }

    @Test("lakefs", arguments: TestBackend.allCases)
    func lakeFS(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            try expectKeys(
                hub("lakefs", "--json").output,
                """
                database namespace count repositories repositories[].type repositories[].fullID repositories[].oldName
                repositories[].newName repositories[].shared
                """)
        }
    }

    @Test("An error", arguments: TestBackend.allCases)
    func error(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let outcome = try hub("run", "--json")
            #expect(outcome.status == 5)
            #expect(outcome.errors == "")
            try expectKeys(
                outcome.output,
                "status code exitStatus message migration nextStep committed overtaken findings differences")
            let document = try hub.json(ErrorDocument.self, "run")
            #expect(document.status == "error")
            #expect(document.code == "consentRequired")
            #expect(document.exitStatus == 5)
            #expect(document.migration == "008 foreignkey_refactoring")
            #expect(document.nextStep?.contains("--yes") == true)
        }
    }

    @Test(
        "Every kind of stop has its code and exit status",
        arguments: [
            (["--database-url", "mysql://localhost"], "usage", 64),
            (["--database-url", "sqlite:///nowhere/hub.db"], "unreachable", 7),
            (["--config", "missing.toml"], "usage", 64),
        ] as [([String], String, Int)])
    func codes(_ words: [String], _ code: String, _ status: Int) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder).run(["run", "--json"] + words)
            #expect(Int(outcome.status) == status)
            let document = try JSONDecoder().decode(ErrorDocument.self, from: Data(outcome.output.utf8))
            #expect(document.code == code)
            #expect(document.exitStatus == status)
        }
    }
}
