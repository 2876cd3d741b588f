import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs on PostgreSQL whose tables the connecting role may read, but not alter.
@Suite("A role that may not migrate")
struct Privileges {
    /// Runs a test as a role of its own, which may read a hub and has these rights besides.
    private func asRole(
        _ name: String, granting grants: String, _ body: (any DatabaseConnection) throws -> Void
    ) throws {
        try TestBackend.postgresql.withDatabase { database in
            guard case .postgresql(var server) = database else { return }
            try Fixture("v07").load(into: database)
            let owner = try database.connect()
            let role = "kohaku_\(name)_\(server.parameters["dbname"] ?? "")".quotedIdentifier
            let database = (server.parameters["dbname"] ?? "").quotedIdentifier
            try owner.execute(
                """
                CREATE ROLE \(role) LOGIN;
                REVOKE ALL ON DATABASE \(database) FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role);
                GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO \(role);
                GRANT CONNECT ON DATABASE \(database) TO \(role);
                \(grants.replacing("ROLE", with: role).replacing("DATABASE", with: "DATABASE \(database)"))
                """)
            defer {
                try? owner.execute(
                    "REASSIGN OWNED BY \(role) TO CURRENT_USER; DROP OWNED BY \(role); DROP ROLE \(role)")
            }
            server.parameters["user"] = String(role.dropFirst().dropLast())
            try body(TestDatabase.postgresql(server).connect())
        }
    }

    private func findings(_ connection: any DatabaseConnection) throws -> [Finding] {
        try Runner(catalogue: .kohakuHub, connection: connection)
            .plan(for: .run(to: .upTo(8))).findings
    }

    @Test("learns which tables it does not own")
    func owner() throws {
        let grants = "GRANT TEMPORARY ON DATABASE TO ROLE; GRANT CREATE ON SCHEMA public TO ROLE; "
        try asRole("reader", granting: grants + #"ALTER TABLE "token" OWNER TO ROLE"#) { connection in
            let found = try findings(connection)
            let finding = try #require(found.first)
            #expect(found.count == 1)
            #expect(finding.severity == .error)
            #expect(finding.code == "not_owner")
            #expect(finding.count == 12)
            #expect(finding.examples.contains("commit, owned by postgres"))
            #expect(!finding.examples.contains { $0.hasPrefix("token") })
            #expect(finding.examples.count == 12)
        }
    }

    @Test("learns which tables it does not own that reference the hub's, in whatever schema")
    func referencing() throws {
        let grants = "GRANT TEMPORARY ON DATABASE TO ROLE; GRANT CREATE ON SCHEMA public TO ROLE; "
        let note = #"CREATE SCHEMA x; CREATE TABLE x.note (u integer REFERENCES public."user" (id)); "#
        try asRole("stranger", granting: note + grants + Self.owning) { connection in
            let found = try findings(connection)
            #expect(found.map(\.code) == ["not_owner"])
            #expect(found.first?.examples == ["x.note, owned by postgres"])
        }
    }

    @Test("learns which privileges it lacks, also when it may not make temporary tables")
    func privileges() throws {
        try asRole("owner", granting: Self.owning) { connection in
            let found = try findings(connection)
            let finding = try #require(found.first)
            #expect(found.count == 1)
            #expect(finding.code == "missing_privilege")
            #expect(finding.severity == .error)
            #expect(finding.count == 2)
            #expect(
                finding.message
                    == "The connecting role lacks CREATE on the schema and TEMPORARY on the database.")
        }
    }

    @Test("stops before anything changes")
    func stop() throws {
        try asRole("stopped", granting: "") { connection in
            let before = try DatabaseContents(of: connection)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(8))
            }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["not_owner", "missing_privilege"])
            #expect(try DatabaseContents(of: connection) == before)
        }
    }

    @Test("migrates once it has them")
    func granted() throws {
        let grants = "GRANT TEMPORARY ON DATABASE TO ROLE; GRANT CREATE ON SCHEMA public TO ROLE; "
        try asRole("granted", granting: grants + Self.owning) { connection in
            let errors = try findings(connection).filter { $0.severity == .error }
            #expect(errors == [])
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(8))
            #expect(report.version == 8)
        }
    }

    /// Makes the role the owner of all tables.
    private static let owning = """
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('ALTER TABLE %I OWNER TO ROLE', name);
            END LOOP;
        END $$
        """
}
