import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Triggers, foreign keys and names of the operator's own, in places where a migration moves rows.
@Suite("What the operator made on the hub's tables")
struct OperatorsTriggers {
    @Test("does not act on rows that move: a trigger", arguments: TestBackend.allCases)
    func trigger(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            let tokens = try connection.countRows(in: "token")
            switch backend {
            case .sqlite:
                try connection.execute(
                    "CREATE TRIGGER own AFTER DELETE ON session BEGIN DELETE FROM token WHERE user_id = old.user_id; END"
                )
            case .postgresql:
                try connection.execute(
                    """
                    CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN DELETE FROM token WHERE user_id = old.user_id; RETURN NULL; END';
                    CREATE TRIGGER own AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION own()
                    """)
            }
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let quarantined = try connection.integer(
                "SELECT count(*) FROM kohaku_quarantine WHERE source_table = 'token'")
            #expect(try connection.countRows(in: "token") + quarantined == tokens)
            // It is there again, and acts again.
            try connection.execute("DELETE FROM session")
            #expect(try connection.countRows(in: "token") + quarantined < tokens)
        }
    }

    /// Each writes into `journal`, or would lose or refuse rows, if it acted; and what shows that it is on afterwards.
    static let reactions = [
        "CREATE RULE own AS ON INSERT TO token DO ALSO INSERT INTO journal VALUES (1)",
        "CREATE RULE own AS ON INSERT TO token DO INSTEAD NOTHING",
        "CREATE RULE own AS ON DELETE TO organization DO ALSO INSERT INTO journal VALUES (1)",
        """
        CREATE TRIGGER own AFTER INSERT ON token FOR EACH ROW EXECUTE FUNCTION own();
        ALTER TABLE token ENABLE ALWAYS TRIGGER own
        """,
        """
        CREATE TRIGGER own BEFORE TRUNCATE ON token EXECUTE FUNCTION own(); ALTER TABLE token ENABLE ALWAYS TRIGGER own
        """,
        """
        CREATE TRIGGER own AFTER INSERT ON token FOR EACH ROW EXECUTE FUNCTION own();
        ALTER TABLE token ENABLE REPLICA TRIGGER own
        """,
    ]

    @Test(
        "does not act on rows that move, and is as it was afterwards: rules, triggers of each kind",
        arguments: reactions)
    func reaction(_ statements: String) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            let tokens = try connection.countRows(in: "token")
            try connection.execute(
                """
                CREATE TABLE journal (entry INTEGER);
                CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO journal VALUES (1); RETURN NULL; END'
                """)
            try connection.execute(statements)
            func state() throws -> [DatabaseRow] {
                try connection.query(
                    """
                    SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE tgname = 'own'
                    UNION ALL SELECT rulename, ev_enabled::text FROM pg_rewrite WHERE rulename = 'own'
                    """)
            }
            let before = try state()
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let quarantined = try connection.integer(
                "SELECT count(*) FROM kohaku_quarantine WHERE source_table = 'token'")
            #expect(try connection.countRows(in: "token") + quarantined == tokens)
            #expect(try connection.countRows(in: "journal") == 0)
            // The table of organizations goes, with its rules.
            #expect(try state() == (statements.contains("TO organization") ? [] : before))
        }
    }

    @Test(
        "is named before anything changes: an event trigger that forbids changes of tables",
        arguments: ["ddl_command_start WHEN TAG IN ('ALTER TABLE')", "ddl_command_end", "sql_drop"])
    func eventTrigger(_ event: String) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE FUNCTION own() RETURNS event_trigger LANGUAGE plpgsql AS
                    'BEGIN RAISE EXCEPTION ''no changes here''; END';
                CREATE EVENT TRIGGER own ON \(event) EXECUTE FUNCTION own()
                """)
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["event_trigger"])
            #expect(error.findings.first?.examples == ["own on \(event.split(separator: " ")[0])"])
            #expect(error.findings.first?.message.contains("no changes here") == true)
            #expect(try DatabaseContents(of: connection) == before)
            try connection.execute("ALTER EVENT TRIGGER own DISABLE")
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
        }
    }

    @Test(
        "is named before anything changes: an event trigger that forbids one kind of change, or those of one object",
        arguments: [
            ("ddl_command_end", "pg_event_trigger_ddl_commands() WHERE object_type = 'sequence'"),
            ("ddl_command_end", "pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE AS'"),
            ("ddl_command_end", "pg_event_trigger_ddl_commands() WHERE objid::regclass::text = 'token'"),
            ("sql_drop", "pg_event_trigger_dropped_objects() WHERE object_type = 'index'"),
            ("sql_drop", "pg_event_trigger_dropped_objects() WHERE object_name = 'organization'"),
            (
                "table_rewrite",
                "pg_class WHERE oid = pg_event_trigger_table_rewrite_oid() AND relname = 'stagingupload'"
            ),
        ])
    func particularTrigger(_ event: String, _ rows: String) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE FUNCTION own() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF EXISTS (SELECT FROM \(rows)) THEN RAISE EXCEPTION 'not this one'; END IF; END $$;
                CREATE EVENT TRIGGER own ON \(event) EXECUTE FUNCTION own()
                """)
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let stop = try #require(try runner.plan(for: .run(to: .newest)).stop)
            #expect(stop.code == .checkFailed)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.committed == [])
            #expect(([error.message] + error.findings.map(\.message)).contains { $0.contains("not this one") })
            let advice = [error.nextStep] + error.findings.map(\.action)
            #expect(advice.contains { $0?.contains("ALTER EVENT TRIGGER … DISABLE") == true })
            #expect(try DatabaseContents(of: connection) == before)
            try connection.execute("ALTER EVENT TRIGGER own DISABLE")
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
        }
    }

    @Test("does not stop a run: an event trigger that only watches, and writes down what it sees")
    func watchingTrigger() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE seen (tag TEXT);
                CREATE FUNCTION own() RETURNS event_trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO seen SELECT command_tag FROM pg_event_trigger_ddl_commands(); END';
                CREATE EVENT TRIGGER own ON ddl_command_end EXECUTE FUNCTION own()
                """)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let plan = try runner.plan(for: .run(to: .newest))
            #expect(plan.stop == nil)
            #expect(try plan.statements().count == 8)
            #expect(try connection.countRows(in: "seen") == 0)
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
            #expect(try connection.countRows(in: "seen") > 0)
        }
    }

    @Test("stops the run when a trigger would name a column that is gone")
    func brokenTrigger() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v05").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE journal (entry);
                CREATE TRIGGER own AFTER INSERT ON file BEGIN INSERT INTO journal VALUES (new.repo_full_id); END
                """)
            let before = try DatabaseContents(of: connection)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            }
            #expect(error.committed.isEmpty)
            #expect(error.message.contains("the trigger on file does not work with the new tables"))
            #expect(try DatabaseContents(of: connection) == before)
        }
    }

    @Test("is reported beforehand: a trigger that keeps a repair from being made")
    func triggerInTheWay() throws {
        let sql = #"""
            DROP INDEX "token_token_hash"; CREATE TABLE "journal" ("entry"); ALTER TABLE "organization" ADD "own" INTEGER;
            CREATE TRIGGER "own" AFTER INSERT ON "token" BEGIN INSERT INTO "journal" SELECT "own" FROM "organization"; END
            """#
        try DamagedHub(backend: .sqlite, fixture: "v07", damage: sql).open { connection, runner throws in
            let told = try thrownError(MigrationError.self) {
                _ = try runner.execute(runner.plan(for: .repair(isDryRun: true)))
            }
            #expect(told.message.contains("the trigger on token does not work with the new tables"))
            let error = try thrownError(MigrationError.self) { _ = try runner.repair() }
            #expect(error.message == told.message)
        }
    }

    @Test("is kept: a foreign key of a column of the operator's own", arguments: TestBackend.allCases)
    func foreignKey(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE department (id INTEGER PRIMARY KEY);
                ALTER TABLE token ADD COLUMN department INTEGER CONSTRAINT seat REFERENCES department (id)
                    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
                ALTER TABLE "user" ADD COLUMN department INTEGER REFERENCES department (id) ON UPDATE SET NULL;
                """)
            let before = try ownForeignKeys(connection)
            #expect(before.count == 2)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(try ownForeignKeys(connection) == before)
        }
    }

    /// Everything the database itself says of the foreign keys to `department`.
    private func ownForeignKeys(_ connection: any DatabaseConnection) throws -> [String] {
        let sql =
            switch connection.dialect {
            case .sqlite:
                """
                SELECT m.name || ' ' || k."from" || ' ' || k."to" || ' ' || on_update || ' ' || on_delete
                    || CASE WHEN m.sql LIKE '%CONSTRAINT%seat%INITIALLY DEFERRED%' THEN ' deferred seat' ELSE '' END
                FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS k
                WHERE m.type = 'table' AND k."table" = 'department' ORDER BY 1
                """
            case .postgresql:
                """
                SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE confrelid = 'department'::regclass ORDER BY 1
                """
            }
        return try connection.query(sql).compactMap { $0[0].text }
    }

    @Test(
        "is reported beforehand: a reference to organizations, and values that occur twice",
        arguments: TestBackend.allCases
    )
    func findings(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE mine (organization INTEGER REFERENCES organization (id));
                DROP INDEX token_token_hash;
                UPDATE token SET token_hash = 'same' WHERE id IN (1, 2)
                """)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["own_reference", "duplicate_rows"])
            #expect(error.findings.map(\.examples) == [["mine"], ["same"]])
        }
    }

    @Test("is not touched: an index of the same name in another schema")
    func otherSchema() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v00").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE SCHEMA other; CREATE TABLE other.thing (full_id text);
                CREATE INDEX repository_full_id ON other.thing (full_id); SET search_path = public, other
                """)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(1))
            #expect(
                try connection.integer("SELECT count(*) FROM pg_indexes WHERE schemaname = 'other'") == 1)
        }
    }
}
