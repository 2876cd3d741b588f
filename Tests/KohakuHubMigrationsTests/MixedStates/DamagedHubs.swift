import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs of one version that somebody damaged: what is mended, what has to stop, and that nothing is made up.
@Suite("A damaged hub")
struct DamagedHubs {
    /// A column of which no migration ever filled in a value.
    private static let unknowable = [
        ("v05", "repository", "private"), ("v07", "user", "email_verified"), ("v07", "file", "size"),
        ("v07", "organization", "created_at"), ("v15", "repository", "private"), ("v15", "file", "lfs"),
        ("v15", "user", "is_active"), ("v15", "user", "is_org"), ("v15", "commit", "repo_type"),
        ("v15", "commit", "author_id"), ("v15", "file", "repository_id"),
        ("v10", "lfsobjecthistory", "size"), ("v09", "session", "secret"),
    ]

    @Test(
        "without a column whose values nothing tells stops before any change", arguments: TestBackend.allCases,
        unknowable)
    func unknowableColumn(_ backend: TestBackend, _ lost: (fixture: String, table: String, column: String)) throws {
        for verb in DamagedHub.Verb.allCases {
            // Renamed, for SQLite drops no column that something refers to.
            let sql = #"ALTER TABLE "\#(lost.table)" RENAME COLUMN "\#(lost.column)" TO "somewhere""#
            let error = try DamagedHub(backend: backend, fixture: lost.fixture, damage: sql).stopped(by: verb)
            #expect(error.code == .checkFailed)
            let message = "Table \(lost.table) has no column \(lost.column), and its value"
            #expect(error.findings.map(\.message).contains { $0.hasPrefix(message) })
        }
    }

    @Test(
        "without a table gets it back, and what later migrations do to it",
        arguments: TestBackend.allCases,
        [("v08", "lfsobjecthistory"), ("v10", "lfsobjecthistory"), ("v11", "invitation")])
    func missingTable(_ backend: TestBackend, _ lost: (fixture: String, table: String)) throws {
        for verb in DamagedHub.Verb.allCases {
            let outcome = try DamagedHub(
                backend: backend, fixture: lost.fixture, damage: #"DROP TABLE "\#(lost.table)""#
            ).mended(by: verb)
            #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
            #expect(outcome.after.quarantined == [])
        }
    }

    @Test("without repositories keeps what belonged to them in quarantine", arguments: TestBackend.allCases)
    func missingParents(_ backend: TestBackend) throws {
        let sql = #"DROP TABLE "repository""# + (backend == .postgresql ? " CASCADE" : "")
        let error = try DamagedHub(backend: backend, damage: sql).stopped(by: .run)
        #expect(error.code == .schemaDiffers)
        #expect(error.findings.map(\.table).contains("file"))

        let outcome = try DamagedHub(backend: backend, damage: sql).mended(by: .repair)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        #expect(outcome.after.quarantined(from: "file").count == outcome.before["file"].count)
        // A row is kept whole: also what it referenced and need not.
        let histories = outcome.after.quarantined(from: "lfsobjecthistory")
        #expect(histories.contains { $0.values["file_id"] != .null })
    }

    @Test(
        "with a row that cannot be kept stops before the first migration, and the plan says so",
        arguments: TestBackend.allCases)
    func earlyStop(_ backend: TestBackend) throws {
        let sql =
            #"DROP INDEX "token_token_hash"; UPDATE "token" SET "token_hash" = 'same' WHERE "id" IN (SELECT "id" FROM "token" LIMIT 2)"#
        let error = try DamagedHub(backend: backend, fixture: "v10", damage: sql).stopped(by: .run)
        #expect(error.code == .schemaDiffers)
        #expect(error.findings.map(\.code) == ["rows_do_not_fit"])
        try DamagedHub(backend: backend, fixture: "v10", damage: sql).open { connection, _ throws in
            let preview = try Runner(catalogue: .kohakuHub, connection: connection)
                .plan(for: .run(to: .newest))
            #expect(preview.findings.filter { $0.severity == .error } == error.findings)
        }
        let outcome = try DamagedHub(backend: backend, fixture: "v10", damage: sql).mended(by: .repair)
        #expect(outcome.after.quarantined(from: "token").count == 1)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test("with an unknown size quarantines the row, and no size is invented", arguments: TestBackend.allCases)
    func unknownSize(_ backend: TestBackend) throws {
        let sql = DamagedHub.emptying("lfsobjecthistory", "size", backend)
        #expect(try DamagedHub(backend: backend, fixture: "v12", damage: sql).stopped(by: .run).code == .schemaDiffers)
        let outcome = try DamagedHub(backend: backend, fixture: "v12", damage: sql).mended(by: .repair)
        #expect(outcome.after.quarantined(from: "lfsobjecthistory").map(\.reason) == ["it has no size"])
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test("with a reference to nothing that may be NULL reports that it becomes NULL", arguments: TestBackend.allCases)
    func clearing(_ backend: TestBackend) throws {
        let update = #"UPDATE "invitation" SET "used_by_id" = 4242 WHERE "id" = (SELECT min("id") FROM "invitation")"#
        let sql =
            backend == .postgresql
            ? #"ALTER TABLE "invitation" DROP CONSTRAINT "invitation_used_by_id_fkey"; "# + update
            : #"""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(
                sql, ', FOREIGN KEY ("used_by_id") REFERENCES "user" ("id") ON DELETE SET NULL', '')
            WHERE name = 'invitation';
            PRAGMA writable_schema = RESET;
            """# + update
        try DamagedHub(backend: backend, damage: sql).open { connection, _ throws in
            var told: [Finding] = []
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                emit: { if case .found(let finding) = $0 { told.append(finding) } })
            _ = try runner.run(to: .newest)
            #expect(told.map(\.code) == ["reference_cleared"])
            #expect(told.first?.examples.first?.hasSuffix(": user 4242") == true)
            #expect(try connection.integer(#"SELECT count(*) FROM "invitation" WHERE "used_by_id" = 4242"#) == 0)
        }
    }

    @Test("of equal memberships keeps the highest role", arguments: TestBackend.allCases)
    func memberships(_ backend: TestBackend) throws {
        let sql = #"""
            DROP INDEX "userorganization_user_id_organization_id";
            UPDATE "userorganization" SET "role" = 'visitor' WHERE "id" = (SELECT min("id") FROM "userorganization");
            INSERT INTO "userorganization" ("id", "user_id", "organization_id", "role", "created_at")
            SELECT 900, "user_id", "organization_id", 'super-admin', "created_at" FROM "userorganization"
            ORDER BY "id" LIMIT 1
            """#
        let outcome = try DamagedHub(backend: backend, damage: sql).mended(by: .repair)
        #expect(outcome.after["userorganization"].map(\.id).contains(900))
        let lowest = outcome.before["userorganization"].map(\.id).min()
        #expect(outcome.after.quarantined(from: "userorganization").map(\.sourceID) == [lowest])
    }

    @Test("with UNIQUE constraints in place of several indexes is fixed by a run")
    func uniqueConstraints() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            let before = try DatabaseContents(of: connection)
            let definition = try #require(
                try connection.query("SELECT sql FROM sqlite_schema WHERE name = 'user'").first?[0].text)
            let constrained =
                definition.dropLast() + #", UNIQUE ("username"), UNIQUE ("normalized_name"), UNIQUE ("email"))"#
            try connection.execute(
                #"""
                ALTER TABLE "user" RENAME TO "u"; \#(constrained);
                INSERT INTO "user" SELECT * FROM "u"; DROP TABLE "u"
                """#)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let expected = try SchemaLines(version: Upgrade.newest, backend: .sqlite)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(try Conservation(before: before, after: DatabaseContents(of: connection)).violations == [])
            #expect(try connection.integrity() == "ok")
        }
    }

    @Test("whose ids no primary key or sequence gives gets both", arguments: TestBackend.allCases)
    func keys(_ backend: TestBackend) throws {
        let sql =
            backend == .postgresql
            ? #"""
            ALTER TABLE "token" DROP CONSTRAINT "token_pkey", ALTER COLUMN "id" DROP DEFAULT;
            ALTER TABLE "session" DROP CONSTRAINT "session_pkey"; SELECT setval('sshkey_id_seq', 1, false)
            """#
            : #"""
            ALTER TABLE "token" RENAME TO "t";
            CREATE TABLE "token" ("id" INT PRIMARY KEY, "user_id" INTEGER NOT NULL, "token_hash" VARCHAR(255) NOT NULL,
                "name" VARCHAR(255) NOT NULL, "last_used" DATETIME, "created_at" DATETIME NOT NULL,
                FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE);
            INSERT INTO "token" SELECT * FROM "t"; DROP TABLE "t"
            """#
        let outcome = try DamagedHub(backend: backend, damage: sql).mended(by: .repair)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        try DamagedHub(backend: backend, damage: sql).open { connection, runner throws in
            _ = try runner.repair()
            // As the application does it: without an id.
            try connection.execute(
                #"""
                INSERT INTO "token" ("user_id", "token_hash", "name", "created_at")
                SELECT min("id"), 'fresh', 'fresh', '2026-01-01 00:00:00' FROM "user"
                """#)
            let highest = outcome.before["token"].map(\.id).max() ?? 0
            #expect(try connection.integer(#"SELECT "id" FROM "token" WHERE "token_hash" = 'fresh'"#) == highest + 1)
        }
    }

    @Test(
        "with an operator's view on what goes says so before anything changes", arguments: TestBackend.allCases,
        [
            #"SELECT "path_in_repo" FROM "file" WHERE "repo_full_id" LIKE 'mika/%'"#,
            #"SELECT count(*) AS "n" FROM "organization""#,
        ])
    func viewOfOld(_ backend: TestBackend, _ query: String) throws {
        let sql = #"CREATE VIEW "names" AS SELECT "username" FROM "user"; CREATE VIEW "report" AS "# + query
        let error = try DamagedHub(backend: backend, fixture: "v05", damage: sql).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.map(\.code) == ["dependent_in_the_way"])
        #expect(error.findings.map(\.examples) == [["view report"]])
    }

    @Test(
        "that lost a primary key which others reference gets it back", arguments: ["v07", "v10", "v15"],
        ["user", "repository"])
    func lostKey(_ fixture: String, _ table: String) throws {
        // Foreign keys to it reference no key then, which SQLite calls a mismatch.
        let sql = #"""
            CREATE TABLE "copy" AS SELECT * FROM "\#(table)"; DROP TABLE "\#(table)";
            ALTER TABLE "copy" RENAME TO "\#(table)"
            """#
        let outcome = try DamagedHub(backend: .sqlite, fixture: fixture, damage: sql).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test(
        "that lost a primary key is not stopped by a row that referenced nothing before",
        arguments: ["user", "repository"])
    func lostKeyAndOrphan(_ table: String) throws {
        let child = table == "user" ? "token" : "commit"
        let sql = #"""
            CREATE TABLE "copy" AS SELECT * FROM "\#(table)"; DROP TABLE "\#(table)";
            ALTER TABLE "copy" RENAME TO "\#(table)";
            UPDATE "\#(child)" SET "\#(table)_id" = 9999 WHERE "id" = (SELECT min("id") FROM "\#(child)")
            """#
        try DamagedHub(backend: .sqlite, fixture: "v10", damage: sql).open { connection, runner in
            let before = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            #expect(before.violations.contains("broken reference: \(child) to columns of \(table) that are not a key"))
            #expect(before.violations.contains("broken reference: 1 row of \(child) to \(table)"))
            _ = try runner.run(to: .newest)
            let after = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            #expect(after.violations == ["broken reference: 1 row of \(child) to \(table)"])
        }
    }

    @Test("with a table of the operator's that references no key any more stops before anything changes")
    func referenceToLostKey() throws {
        let sql = #"CREATE TABLE "mine" ("x" REFERENCES "repository" ("full_id"))"#
        let error = try DamagedHub(backend: .sqlite, fixture: "v00", damage: sql).stopped(by: .run)
        #expect(error.message.contains("mine would reference columns of repository that are not a key"))
        let older = #"CREATE TABLE "mine" ("x" REFERENCES "repository" ("name"))"#
        try DamagedHub(backend: .sqlite, fixture: "v00", damage: older).open { connection, runner in
            _ = try runner.run(to: .newest)
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
        }
    }

    @Test(
        "with a policy, a trigger or a generated column on what goes says so before anything changes",
        arguments: ["v05", "v08"])
    func dependentOfOld(_ fixture: String) throws {
        let column = fixture == "v05" ? "repo_full_id" : "size"
        let sql = #"""
            CREATE FUNCTION "own" () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
            CREATE TRIGGER "own" BEFORE UPDATE OF "\#(column)" ON "file" FOR EACH ROW EXECUTE FUNCTION "own" ();
            CREATE POLICY "own" ON "file" USING ("\#(column)" IS NOT NULL);
            ALTER TABLE "file" ADD COLUMN "own" boolean GENERATED ALWAYS AS ("\#(column)" IS NULL) STORED;
            CREATE POLICY "own" ON "\#(fixture == "v05" ? "organization" : "user")" USING ("id" > 0)
            """#
        let error = try DamagedHub(backend: .postgresql, fixture: fixture, damage: sql).stopped(by: .run)
        #expect(error.findings.map(\.code) == ["dependent_in_the_way"])
        #expect(
            error.findings.map(\.examples) == [
                ["default value for column own of table file", "policy own on table file", "trigger own on table file"]
            ])
    }

    @Test("with a unique index that is unknown stops before the first migration", arguments: TestBackend.allCases)
    func unknownIndex(_ backend: TestBackend) throws {
        for fixture in ["v07", "v10"] {
            let sql = #"CREATE UNIQUE INDEX "once" ON "token" ("last_used", "id")"#
            let hub = DamagedHub(backend: backend, fixture: fixture, damage: sql)
            let error = try hub.stopped(by: .run)
            #expect(error.code == .schemaDiffers)
            #expect(error.differences.map(\.name) == ["once"])
            try hub.open { connection, runner throws in
                let told = try #require(
                    try Runner(catalogue: .kohakuHub, connection: connection)
                        .plan(for: .run(to: .newest)).refusal)
                #expect(told.differences == error.differences)
                // Version 008 has no quarrel with it.
                if fixture == "v07" { #expect(try runner.run(to: .upTo(8)).version == 8) }
            }
        }
    }

    @Test("with an operator's view on a size says so before 013 changes anything")
    func view() throws {
        let sql = #"CREATE VIEW "sizes" AS SELECT "id", "size" FROM "file""#
        let error = try DamagedHub(backend: .postgresql, fixture: "v10", damage: sql).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.map(\.examples) == [["view sizes"]])
        // SQLite compiles a view whenever it is used, and its sizes always had 64 bits.
        _ = try DamagedHub(backend: .sqlite, fixture: "v10", damage: sql).mended(by: .run)
    }

    @Test("with references to nothing is reported by a run, and fixed by a repair")
    func dangling() throws {
        let sql = #"UPDATE "token" SET "user_id" = 4242 WHERE "id" = (SELECT min("id") FROM "token")"#
        try DamagedHub(backend: .sqlite, fixture: "v10", damage: sql).open { connection, _ throws in
            var warnings: [String] = []
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                emit: { if case .warning(let text) = $0 { warnings.append(text) } })
            _ = try runner.run(to: .newest)
            #expect(warnings.count == 1 && warnings[0].contains("1 row of token to user"))
        }
        let outcome = try DamagedHub(backend: .sqlite, fixture: "v10", damage: sql).mended(by: .repair)
        #expect(outcome.after.quarantined(from: "token").count == 1)
    }

    @Test("with a user's id at the end of all numbers is refused in words")
    func highestID() throws {
        let error = try DamagedHub(
            backend: .sqlite, fixture: "v07",
            damage: #"UPDATE "user" SET "id" = 9223372036854775807 WHERE "id" = (SELECT max("id") FROM "user")"#
        ).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.message.contains("no id above it is left"))
        // 015 decides by the same rows, and leaves it to 008 to refuse them.
        #expect(error.migration == "the check of 008 foreignkey_refactoring")
    }

    @Test("gives no organization an id that any reference to a user holds")
    func referencedID() throws {
        try DamagedHub(
            backend: .sqlite, fixture: "v07",
            damage: #"""
                CREATE TABLE "note" ("id" INTEGER PRIMARY KEY, "author" INTEGER REFERENCES "user" ("id"));
                INSERT INTO "note" ("author") VALUES (900)
                """#
        ).open { connection, runner in
            _ = try runner.run(to: .newest)
            let organizations = try connection.query(#"SELECT "id" FROM "user" WHERE "is_org" = 1"#)
            #expect(try !organizations.isEmpty && organizations.allSatisfy { try $0.integer(0) > 900 })
            #expect(try connection.integer("SELECT author FROM note") == 900)
        }
    }

    @Test("with such an id in rows that no user owns goes on, and these are quarantined")
    func highestOrphan() throws {
        let outcome = try DamagedHub(
            backend: .sqlite, fixture: "v07", damage: #"UPDATE "token" SET "user_id" = 9223372036854775807"#
        ).mended(by: .run)
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        #expect(outcome.after.quarantined(from: "token").count == outcome.before["token"].count)
        #expect(outcome.after["token"].isEmpty && !outcome.before["token"].isEmpty)
    }

    @Test("with the same unique index twice loses one, by a run and by a repair", arguments: TestBackend.allCases)
    func twice(_ backend: TestBackend) throws {
        for verb in DamagedHub.Verb.allCases {
            let outcome = try DamagedHub(
                backend: backend, damage: #"CREATE UNIQUE INDEX "file_old" ON "file" ("repository_id", "path_in_repo")"#
            ).mended(by: verb)
            #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
        }
    }
}
