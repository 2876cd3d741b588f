import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs on PostgreSQL that are right, in surroundings that are not.
@Suite("A hub on a PostgreSQL server of others")
struct ServerSurroundings {
    /// Runs a test on a real hub that a role of its own owns, as an administrator.
    private func hub(
        _ version: String = "v07", _ setup: String = "SELECT 1",
        _ body: (TestDatabase, _ administrator: any DatabaseConnection, _ owner: String) throws -> Void
    ) throws {
        try TestBackend.postgresql.withDatabase { database in
            guard case .postgresql(let server) = database else { return }
            try Fixture(version).load(into: database)
            let administrator = try database.connect()
            let name = server.parameters["dbname"] ?? ""
            let owner = "hub_\(name)"
            try administrator.execute("CREATE ROLE \(owner) LOGIN; GRANT CREATE ON SCHEMA public TO \(owner)")
            defer {
                try? administrator.execute(
                    "REASSIGN OWNED BY \(owner) TO CURRENT_USER; DROP OWNED BY \(owner); DROP ROLE \(owner)")
            }
            let tables = try administrator.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            for table in tables.compactMap({ $0[0].text?.quotedIdentifier }) {
                try administrator.execute("ALTER TABLE \(table) OWNER TO \(owner)")
            }
            for statement in setup.split(separator: ";") {
                try administrator.execute(
                    String(statement.replacing("{database}", with: name).replacing("{owner}", with: owner)))
            }
            try body(database, administrator, owner)
        }
    }

    /// The database, as the hub's role opens it.
    private func asOwner(_ database: TestDatabase, _ owner: String) -> TestDatabase {
        guard case .postgresql(var server) = database else { return database }
        server.parameters["user"] = owner
        return .postgresql(server)
    }

    private func stop(_ connection: any DatabaseConnection) throws -> MigrationError {
        try thrownError(MigrationError.self) {
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
        }
    }

    @Test("belongs to its owner afterwards, whoever upgrades it: every table, and each sequence")
    func ownership() throws {
        try hub { database, administrator, owner in
            _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest)
            let others = try administrator.query(
                """
                SELECT relname::text FROM pg_class
                WHERE relkind IN ('r', 'S', 'i') AND relnamespace = 'public'::regnamespace
                    AND relowner <> '\(owner)'::regrole
                """)
            #expect(others.map(\.values) == [])
            #expect(try asOwner(database, owner).connect().countRows(in: "confirmationtoken") == 0)
        }
    }

    @Test(
        "is upgraded where the hub finds it, whatever schema is ahead of it",
        arguments: [
            "CREATE SCHEMA {owner}", "CREATE SCHEMA app; ALTER DATABASE {database} SET search_path = app, public",
        ])
    func schema(_ setup: String) throws {
        try hub("v07", setup) { database, administrator, owner in
            let contents = try DatabaseContents(of: administrator)
            let connection = try asOwner(database, owner).connect()
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(!report.wasFresh)
            let schemas = try administrator.query(
                "SELECT DISTINCT schemaname::text FROM pg_tables WHERE tablename IN ('user', 'confirmationtoken')")
            #expect(schemas.map(\.values) == [["public"]])
            let after = try DatabaseContents(of: administrator)
            #expect(after["user"].count == contents["user"].count + contents["organization"].count)
        }
    }

    @Test("is not upgraded where row level security hides rows: the tables are named before any change")
    func rowSecurity() throws {
        let setup = "ALTER TABLE token ENABLE ROW LEVEL SECURITY; ALTER TABLE token FORCE ROW LEVEL SECURITY"
        try hub("v07", setup) { database, administrator, owner in
            let before = try DatabaseContents(of: administrator)
            let connection = try asOwner(database, owner).connect()
            let error = try stop(connection)
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["row_security"])
            #expect(error.findings.first?.examples == ["token"])
            #expect(error.committed.isEmpty)
            #expect(try DatabaseContents(of: administrator) == before)
            // What it advises.
            try connection.execute("ALTER TABLE token NO FORCE ROW LEVEL SECURITY")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: administrator)
            let quarantined = after["kohaku_quarantine"].count { $0["source_table"] == "token" }
            #expect(after["token"].count + quarantined == before["token"].count)
        }
    }

    @Test("cannot be verified or looked at where row level security hides rows: a remedy is reported")
    func hiddenFromVerification() throws {
        let setup = "ALTER TABLE token ENABLE ROW LEVEL SECURITY; ALTER TABLE token FORCE ROW LEVEL SECURITY"
        try hub("v15", setup) { database, _, owner in
            let connection = try asOwner(database, owner).connect()
            let error = try thrownError(DatabaseError.self) {
                _ = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            }
            #expect(error.kind == .hidden)
            #expect(MigrationError(error).code == .checkFailed)
            #expect(error.message.contains("token"))
            #expect(error.details.contains { $0.hasPrefix("Connect as a role with BYPASSRLS") })
        }
    }

    @Test(
        "keeps references to tables of the same names in another schema, on tables of both", arguments: ["v07", "v15"])
    func otherSchema(_ version: String) throws {
        let setup = """
            CREATE SCHEMA hr; CREATE TABLE hr."user" (id INTEGER PRIMARY KEY); INSERT INTO hr."user" VALUES (999999);
            CREATE TABLE hr.organization (id INTEGER PRIMARY KEY); INSERT INTO hr.organization VALUES (7);
            CREATE TABLE badge (id INTEGER, user_id INTEGER REFERENCES hr."user", org_id INTEGER REFERENCES hr.organization);
            INSERT INTO badge VALUES (1, 999999, 7); GRANT USAGE ON SCHEMA hr TO {owner};
            GRANT SELECT, REFERENCES ON ALL TABLES IN SCHEMA hr TO {owner};
            ALTER TABLE "user" ADD COLUMN department INTEGER REFERENCES hr.organization ON DELETE SET NULL;
            UPDATE "user" SET department = 7
            """
        let references = """
            SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE contype = 'f' AND confrelid IN ('hr.user'::regclass, 'hr.organization'::regclass) ORDER BY 1, 2
            """
        try hub(version, setup) { database, administrator, _ in
            let before = try administrator.query(references)
            #expect(before.count == 3)
            let users = try administrator.countRows(in: "user")
            if version == "v15" { try administrator.execute(#"ALTER TABLE "user" DROP COLUMN full_name"#) }
            _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest)
            _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).repair()
            #expect(try administrator.query(references) == before)
            #expect(try administrator.integer(#"SELECT count(*) FROM "user" WHERE department = 7"#) == users)
            #expect(try administrator.query("SELECT * FROM badge").map(\.values) == [[1, 999999, 7]])
        }
    }

    @Test("is not upgraded with tables that inherit from the hub's: they are named, and keep their rows")
    func inheritance() throws {
        let setup = """
            CREATE TABLE token_archive () INHERITS (token);
            INSERT INTO token_archive SELECT * FROM ONLY token; DELETE FROM ONLY token WHERE id = (SELECT max(id) FROM token)
            """
        try hub("v07", setup) { database, administrator, _ in
            let before = try DatabaseContents(of: administrator)
            let error = try stop(database.connect())
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["inherited_table"])
            #expect(error.findings.first?.examples == ["token_archive inherits from token"])
            #expect(try DatabaseContents(of: administrator) == before)
        }
    }

    @Test(
        "keeps each instant of a timestamp with time zone, as UTC, whatever the server's zone",
        arguments: ["v07", "v10", "v15"])
    func timestamps(_ version: String) throws {
        try hub(version, "ALTER DATABASE {database} SET timezone = 'America/New_York'") { database, administrator, _ in
            let columns = try administrator.query(
                """
                SELECT table_name::text, column_name::text FROM information_schema.columns
                WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'
                """)
            #expect(columns.count > 10)
            let instants = #"SELECT "id", "expires_at"::text FROM "session" ORDER BY "id""#
            let before = try administrator.query(instants)
            // In the night of 2 November 2025 this zone has an hour twice.
            try administrator.execute(
                #"UPDATE "user" SET created_at = '2025-11-02 05:30:00' WHERE id = (SELECT min(id) FROM "user")"#)
            for column in columns {
                let (table, name) = ((column[0].text ?? "").quotedIdentifier, (column[1].text ?? "").quotedIdentifier)
                try administrator.execute(
                    "ALTER TABLE \(table) ALTER \(name) TYPE timestamptz USING \(name) AT TIME ZONE 'UTC'")
            }
            _ = try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest)
            let kept = Set(try administrator.query(instants))
            let quarantined = try DatabaseContents(of: administrator)["kohaku_quarantine"]
                .count { $0["source_table"] == "session" }
            #expect(kept.isSubset(of: before))
            #expect(kept.count + quarantined == before.count)
            let user = try administrator.query(#"SELECT created_at::text FROM "user" ORDER BY id LIMIT 1"#)
            #expect(user.map(\.values) == [["2025-11-02 05:30:00"]])
        }
    }

    @Test("is upgraded however short the timeouts are that a role has for its queries")
    func timeouts() throws {
        try hub("v05") { database, administrator, owner in
            try database.addFiles(20_000)
            for setting in ["statement_timeout", "idle_in_transaction_session_timeout"] {
                try administrator.execute("ALTER DATABASE \(owner.dropFirst(4)) SET \(setting) = '150ms'")
            }
            let report = try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest)
            #expect(report.version == Upgrade.newest)
            let quarantined = try administrator.integer(
                "SELECT count(*) FROM kohaku_quarantine WHERE source_table = 'file'")
            #expect(try administrator.countRows(in: "file") + quarantined >= 20_000)
        }
    }
}
