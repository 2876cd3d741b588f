import Migrations
import MigrationsTesting
import Testing

/// Tables that are not the hub's: alone, and beside the hub's own.
@Suite("Tables that are not the hub's")
struct OtherTables {
    @Test("A database of something else is refused and not touched", arguments: TestBackend.allCases)
    func somethingElse(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.database.connect().execute(
                """
                CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
                INSERT INTO books VALUES (1, 'Moby-Dick')
                """)
            let before = try hub.snapshot()

            for verb in [["run", "--yes"], ["run", "--dry-run"], ["plan"], ["plan", "--sql"]] {
                let outcome = try hub.command.run(verb)
                #expect(outcome.status == 3)
                #expect(outcome.errors.hasPrefix("error: this is not a hub's database: it has no table \"user\""))
                #expect(outcome.errors.contains("books"))
                #expect(outcome.errors.contains("A new hub needs an empty database of its own. Nothing was"))
            }
            let verified = try hub("verify")
            #expect(verified.status == 3)
            #expect(verified.output.contains("Not a KohakuHub database: it has no table \"user\"."))
            let created = try hub("init")
            #expect(created.status == 3)
            #expect(created.errors.hasPrefix("error: this is not a hub's database"))
            #expect(try hub("status").output.contains("Not a KohakuHub database"))
            #expect(try hub.snapshot() == before)
        }
    }

    /// What other applications keep: Flask with Alembic, and Gitea.
    private static let others = [
        """
        CREATE TABLE "user" (id INTEGER PRIMARY KEY, username VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL);
        CREATE TABLE post (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES "user" (id));
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
        INSERT INTO "user" VALUES (1, 'ada', 'ada@example.org'); INSERT INTO post VALUES (1, 1)
        """,
        """
        CREATE TABLE "user" (id INTEGER PRIMARY KEY, lower_name TEXT NOT NULL, name TEXT NOT NULL, full_name TEXT,
            avatar TEXT, is_admin INTEGER, type INTEGER);
        CREATE TABLE repository (id INTEGER PRIMARY KEY, owner_id INTEGER, lower_name TEXT NOT NULL, name TEXT NOT NULL);
        CREATE TABLE session (key TEXT PRIMARY KEY, data TEXT, expiry INTEGER);
        CREATE TABLE org_user (id INTEGER PRIMARY KEY, uid INTEGER, org_id INTEGER);
        INSERT INTO "user" VALUES (1, 'ada', 'Ada', NULL, NULL, 1, 0);
        INSERT INTO repository VALUES (1, 1, 'tools', 'tools')
        """,
    ]

    @Test(
        "A database of something else that has users is refused and not touched", arguments: TestBackend.allCases,
        others)
    func otherUsers(_ backend: TestBackend, _ tables: String) throws {
        try backend.withHub { hub in
            try hub.database.connect().execute(tables)
            let before = try hub.snapshot()
            for verb in [["run", "--yes"], ["plan"], ["plan", "--repair"], ["repair", "--yes"], ["init"]] {
                let outcome = try hub.command.run(verb)
                #expect(outcome.status == 3)
                #expect(outcome.errors.hasPrefix("error: this is not a hub's database: it has none of the columns"))
                #expect(outcome.errors.contains("repository.full_id"))
            }
            #expect(try hub.json(StatusDocument.self, "status").state == "foreign")
            #expect(try hub("verify").status == 3)
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("A table that a newer hub or the operator made is mentioned and left alone", arguments: TestBackend.allCases)
    func unknownTableBesideTheHubs(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.expect(0, "init")
            try hub.database.connect().execute(
                """
                CREATE TABLE fromthefuture (id INTEGER PRIMARY KEY, note TEXT);
                INSERT INTO fromthefuture VALUES (7, 'keep me')
                """)
            let before = try hub.snapshot()

            let mention = "ignored: table fromthefuture is not part of the hub's schema"
            let run = try hub("run")
            #expect(run.status == 0)
            #expect(run.output.contains(mention))
            #expect(run.output.contains("Nothing to do"))
            let verified = try hub("verify")
            #expect(verified.status == 0)
            #expect(verified.output.contains(mention))
            try hub.expect(0, "status", "--exit-code")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("It is carried through an upgrade with its rows", arguments: TestBackend.allCases)
    func unknownTableIsCarriedAlong(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            try hub.database.connect().execute(
                """
                CREATE TABLE fromthefuture (id INTEGER PRIMARY KEY, note TEXT);
                INSERT INTO fromthefuture VALUES (7, 'keep me')
                """)
            let before = try hub.snapshot().contents["fromthefuture"]
            let run = try hub("run", "--yes")
            #expect(run.status == 0)
            #expect(run.output.contains("ignored: table fromthefuture is not part of the hub's schema"))
            #expect(try hub.snapshot().contents["fromthefuture"] == before)
        }
    }
}
