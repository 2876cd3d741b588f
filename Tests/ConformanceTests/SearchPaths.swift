import Migrations
import MigrationsTesting
import Testing

@Suite("Which schema of PostgreSQL is worked in")
struct SearchPaths {
    /// Runs a test on a database whose table `t` is in `public`, with a search path.
    private func with(
        _ searchPath: String, _ setup: String, _ body: (any DatabaseConnection) throws -> Void
    ) throws {
        try TestBackend.postgresql.withDatabase { database in
            let administrator = try database.connect()
            let name = try #require(try administrator.query("SELECT current_database()::text").first?[0].text)
            try administrator.execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
                CREATE SCHEMA app; \(setup);
                ALTER DATABASE \(name) SET search_path = \(searchPath)
                """)
            try body(database.connect())
        }
    }

    @Test(
        "is the one in which a statement finds the tables, also for what is created",
        arguments: [
            "app, public", "public", "pg_catalog, public", "nowhere, public", #""$user", public"#, "'', public",
            #"'"$user"', public"#, #"'', "$user", public, public"#, #""Odd, ""name""", public"#,
        ])
    func visible(_ searchPath: String) throws {
        try with(
            searchPath, #"CREATE SCHEMA postgres; CREATE SCHEMA "Odd, ""name"""; CREATE TABLE app.notes (n INTEGER)"#
        ) { connection in
            try connection.withMigrationTransaction(locking: ["t", "u"]) {
                #expect(try connection.readSchema().tables.keys.sorted() == ["t"])
                try connection.execute("CREATE TABLE u (id INTEGER)")
                #expect(try connection.countRows(in: "t") == 1)
            }
            let schemas = try connection.query("SELECT schemaname::text FROM pg_tables WHERE tablename IN ('t', 'u')")
            #expect(schemas.map(\.values) == [["public"], ["public"]])
        }
    }

    @Test(
        "is not guessed when tables are in two of them",
        arguments: ["CREATE TABLE app.t (n INTEGER)", "CREATE TABLE app.u (n INTEGER)"])
    func ambiguous(_ setup: String) throws {
        try with("app, public", setup) { connection in
            let error = try thrownError(DatabaseError.self) {
                try connection.withReadTransaction(of: ["t", "u"]) {}
            }
            #expect(error.kind == .ambiguous)
            #expect(error.details.contains { $0.contains("schema app: ") })
            #expect(error.details.contains { $0.contains("schema public: t (1)") })
        }
    }

    @Test(
        "is not guessed when something else is found first by the name of a table",
        arguments: [
            ("VIEW app.t AS SELECT 2 AS id", "view app.t"),
            ("MATERIALIZED VIEW app.t AS SELECT 2 AS id", "materialized view app.t"),
            ("FOREIGN TABLE app.t (id INTEGER) SERVER other", "foreign table app.t"),
            ("SEQUENCE app.t", "sequence app.t"), ("TYPE app.t AS (id INTEGER)", "composite type app.t"),
            ("VIEW app.u AS SELECT 2 AS id", "view app.u"),
        ])
    func inTheWay(_ object: String, _ name: String) throws {
        let server = "CREATE FOREIGN DATA WRAPPER none; CREATE SERVER other FOREIGN DATA WRAPPER none"
        try with("app, public", "\(server); CREATE \(object)") { connection in
            let error = try thrownError(DatabaseError.self) {
                try connection.withReadTransaction(of: ["t", "u"]) {}
            }
            #expect(error.kind == .ambiguous)
            #expect(error.details.first == name)
        }
    }

    @Test("may have a view of the name of a table behind it, which no statement finds")
    func behind() throws {
        try with("public, app", "CREATE VIEW app.t AS SELECT 2 AS id") { connection in
            try connection.withMigrationTransaction(locking: ["t"]) {
                let (rows, tables) = try (connection.countRows(in: "t"), connection.readSchema().tables.keys.sorted())
                #expect(rows == 1)
                #expect(tables == ["t"])
            }
        }
    }

    @Test("has to exist")
    func missing() throws {
        try with("nowhere", "CREATE TABLE u (n INTEGER)") { connection in
            let error = try thrownError(DatabaseError.self) { try connection.withReadTransaction(of: ["t"]) {} }
            #expect(error.kind == .ambiguous)
            #expect(error.message.contains("search_path is nowhere"))
        }
    }
}
