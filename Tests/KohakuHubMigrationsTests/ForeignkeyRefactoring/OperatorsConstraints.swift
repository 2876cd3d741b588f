import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Constraints, indexes and the like that an operator put on the hub's tables.
@Suite("What the operator attached to the hub's tables")
struct OperatorsConstraints {
    /// What is attached to the hub's tables by the names that begin with `own`, in the database's own words.
    private func own(_ connection: any DatabaseConnection) throws -> [String] {
        switch connection.dialect {
        case .sqlite:
            try connection.query(
                "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'own%' ORDER BY name"
            )
            .compactMap { $0[0].text }
        case .postgresql:
            try connection.query(
                """
                SELECT conname || ': ' || pg_get_constraintdef(oid) || coalesce(obj_description(oid, 'pg_constraint'), '')
                FROM pg_constraint WHERE conname LIKE 'own%'
                UNION ALL
                SELECT pg_get_indexdef(i.indexrelid) || i.indisreplident || i.indisclustered
                    || coalesce(obj_description(i.indexrelid, 'pg_class'), '') || coalesce(x.reloptions::text, '')
                FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
                WHERE x.relname LIKE 'own%' OR x.relname = 'file_sha256' OR x.relname = 'user_username'
                UNION ALL
                SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
                UNION ALL
                SELECT attrelid::regclass || ' ' || attname || ' ' || attstattarget
                FROM pg_attribute WHERE attnum > 0 AND attstattarget > 0
                UNION ALL
                SELECT oid::regclass || relreplident::text || coalesce(reloptions::text, '') || obj_description(oid, 'pg_class')
                FROM pg_class WHERE relname IN ('token', 'user') AND relkind = 'r'
                ORDER BY 1
                """
            ).compactMap { $0[0].text }
        }
    }

    private func carriesAlong(_ backend: TestBackend, _ fixture: String, _ sql: String) throws {
        try backend.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            try connection.execute(backend.dialect.spelling(sql))
            let before = try own(connection)
            #expect(!before.isEmpty)
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(report.version == 15)
            #expect(try own(connection) == before)
        }
    }

    @Test(
        "is carried along: indexes that stay right", arguments: TestBackend.allCases,
        ["v00", "v05", "v07", "v07upgraded", "v10", "v15"])
    func indexes(_ backend: TestBackend, _ fixture: String) throws {
        try carriesAlong(
            backend, fixture,
            #"""
            CREATE UNIQUE INDEX "own1" ON "token" ("token_hash") WHERE "name" IS NOT NULL;
            CREATE UNIQUE INDEX "own2" ON "token" ("name", "token_hash");
            CREATE INDEX "own3" ON "user" (('u:' || "username"));
            CREATE INDEX "own4" ON "session" (lower("session_id")) WHERE "user_id" > 1;
            CREATE INDEX "own5" ON "token" ("created_at" DESC)
            """#)
    }

    @Test(
        "is carried along on PostgreSQL: what else it attaches to tables, columns and indexes",
        arguments: ["v00", "v05", "v07", "v07upgraded", "v10", "v15"])
    func postgresql(_ fixture: String) throws {
        try carriesAlong(
            .postgresql, fixture,
            #"""
            ALTER TABLE "token" ADD CONSTRAINT "own1" UNIQUE ("name", "token_hash") DEFERRABLE INITIALLY DEFERRED;
            COMMENT ON CONSTRAINT "own1" ON "token" IS 'mine';
            ALTER TABLE "token" ADD CONSTRAINT "own2" CHECK ("name" <> 'forbidden');
            ALTER TABLE "token" ADD CONSTRAINT "own3" EXCLUDE USING btree ("token_hash" WITH =);
            CREATE STATISTICS "own4" ON "user_id", "name" FROM "token";
            ALTER TABLE "token" REPLICA IDENTITY USING INDEX "token_token_hash";
            ALTER TABLE "token" SET (fillfactor = 70);
            COMMENT ON TABLE "token" IS 'mine';
            ALTER TABLE "user" CLUSTER ON "user_username";
            ALTER INDEX "user_username" SET (fillfactor = 60);
            COMMENT ON INDEX "file_sha256" IS 'mine';
            ALTER TABLE "file" ALTER COLUMN "sha256" SET STATISTICS 500;
            CREATE INDEX "own5" ON "file" ("size") INCLUDE ("sha256") WITH (fillfactor = 50);
            CREATE TABLE "note" ("username" text, "token" text);
            ALTER TABLE "note" ADD CONSTRAINT "own6" FOREIGN KEY ("username") REFERENCES "user" ("username")
                ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;
            COMMENT ON CONSTRAINT "own6" ON "note" IS 'mine'
            """#)
    }

    @Test("is carried along on PostgreSQL: a replica identity, with which rows can still be updated")
    func replicaIdentity() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                #"""
                ALTER TABLE "token" REPLICA IDENTITY USING INDEX "token_token_hash"; CREATE PUBLICATION "p" FOR TABLE "token"
                """#)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(
                try connection.query(
                    "SELECT indexrelid::regclass::text FROM pg_index WHERE indisreplident"
                ).map { $0[0].text }
                    == ["token_token_hash"])
            #expect(try connection.execute(#"UPDATE "token" SET "name" = 'x'"#, []) > 0)
        }
    }

    /// A table of a fixture of SQLite with another definition, by a change of its text.
    private static func redefine(
        _ table: String, _ connection: any DatabaseConnection, _ change: (String) throws -> String
    ) throws {
        let definition = try #require(
            try connection.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1", [.text(table)])
                .first?[0].text)
        let indexes = try connection.query(
            "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL", [.text(table)])
        let columns = try connection.query("SELECT name FROM pragma_table_info($1)", [.text(table)])
            .compactMap { $0[0].text?.quotedIdentifier }.joined(separator: ", ")
        try connection.execute(
            """
            PRAGMA legacy_alter_table = ON; ALTER TABLE "\(table)" RENAME TO "before"; \(change(definition));
            INSERT INTO "\(table)" (\(columns)) SELECT \(columns) FROM "before"; DROP TABLE "before"
            """)
        for index in indexes { try connection.execute(index[0].text ?? "") }
    }

    @Test(
        "is carried along on SQLite: constraints, collations and computed columns",
        arguments: ["v05", "v07", "v10", "v15"])
    func sqlite(_ fixture: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            try connection.execute(#"CREATE TABLE "parent" ("a" TEXT, "b" TEXT, PRIMARY KEY ("a", "b"))"#)
            let name = #""name" VARCHAR(255) NOT NULL"#
            let clauses = #"COLLATE NOCASE CONSTRAINT "named" CHECK ("name" <> 'forbid,(den')"#
            let own = [
                #""mine" TEXT COLLATE RTRIM DEFAULT (lower('NONE')) CHECK (length("mine") < 9)"#,
                #""twice" TEXT GENERATED ALWAYS AS ("name" || "name") STORED"#,
                #""a" TEXT"#, #""b" TEXT CONSTRAINT "once" UNIQUE ON CONFLICT IGNORE"#,
            ]
            let constraints = [
                #"CONSTRAINT "pair" UNIQUE ("name", "token_hash") ON CONFLICT IGNORE"#,
                #"CONSTRAINT "short" CHECK (length("name") < 200)"#,
                #"CONSTRAINT "far" FOREIGN KEY ("a", "b") REFERENCES "parent" ("a", "b") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED"#,
            ]
            try Self.redefine("token", connection) { definition in
                #expect(definition.contains(name))
                let items = definition.replacing(name, with: name + " " + clauses).dropLast()
                let references = items.firstRange(of: ", FOREIGN KEY")?.lowerBound ?? items.endIndex
                return items[..<references] + ", " + own.joined(separator: ", ") + items[references...] + ", "
                    + constraints.joined(separator: ", ") + ")"
            }
            let before = try DatabaseContents(of: connection)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(try Conservation(before: before, after: DatabaseContents(of: connection)).violations == [])
            let computed = try connection.query(#"SELECT "mine", "name" || "name" = "twice" FROM "token""#)
            #expect(!computed.isEmpty && computed.allSatisfy { $0[0] == "none" && $0[1] == 1 })
            let definition = try #require(
                try connection.query("SELECT sql FROM sqlite_schema WHERE name = 'token'").first?[0].text)
            for part in [clauses] + own + constraints {
                #expect(definition.contains(part), "\(part) in \(definition)")
            }
            #expect(try connection.query("PRAGMA integrity_check").map { $0[0].text } == ["ok"])
        }
    }

    private static let going = [
        #"CREATE INDEX "own" ON "file" ("repo_full_id", "size")"#,
        #"CREATE INDEX "own" ON "file" (lower("repo_full_id"))"#,
        #"CREATE INDEX "own" ON "commit" ("branch") WHERE "repo_full_id" <> 'a'"#,
        #"CREATE UNIQUE INDEX "own" ON "invitation" ("created_by", "token")"#,
        #"CREATE INDEX "own" ON "organization" ("created_at")"#,
    ]

    @Test(
        "is named with its definition before anything changes, when it cannot be carried along",
        arguments: TestBackend.allCases, going)
    func named(_ backend: TestBackend, _ sql: String) throws {
        for fixture in ["v05", "v07"] { try stops(backend, fixture, sql, naming: ["index own on "]) }
    }

    private func stops(_ backend: TestBackend, _ fixture: String, _ sql: String, naming parts: [String]) throws {
        let hub = DamagedHub(backend: backend, fixture: fixture, damage: sql)
        let error = try hub.stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(error.findings.map(\.code) == ["dependent_in_the_way"])
        let examples = error.findings.flatMap(\.examples)
        for part in parts { #expect(examples.contains { $0.contains(part) }, "\(part) in \(examples)") }
        #expect(examples.count == parts.count, "\(examples)")
        try hub.open { connection, _ in
            let preview = try Runner(catalogue: .kohakuHub, connection: connection)
                .plan(for: .run(to: .newest))
            #expect(preview.findings.filter { $0.severity == .error } == error.findings)
        }
    }

    @Test(
        "is named with its definition before anything changes on PostgreSQL",
        arguments: [
            (
                #"CREATE STATISTICS "own" ON "user_id", "username" FROM "commit""#,
                ["statistics own on commit: CREATE STATISTICS"]
            ),
            (
                #"ALTER TABLE "file" ADD CONSTRAINT "own" UNIQUE ("repo_full_id", "path_in_repo", "size")"#,
                ["constraint own on file: UNIQUE (repo_full_id, path_in_repo, size)"]
            ),
            (
                #"ALTER TABLE "file" ADD CONSTRAINT "own" CHECK ("repo_full_id" <> '' OR "size" > 0)"#,
                ["constraint own on file: CHECK ("]
            ),
            (
                #"ALTER TABLE "organization" ADD CONSTRAINT "own" CHECK ("name" <> 'admin')"#,
                ["constraint own on organization: CHECK ("]
            ),
            (
                #"ALTER TABLE "file" REPLICA IDENTITY USING INDEX "file_repo_full_id_path_in_repo""#,
                ["replica identity of file: index file_repo_full_id_path_in_repo"]
            ),
            (
                #"ALTER TABLE "commit" CLUSTER ON "commit_repo_full_id""#,
                ["clustering of commit: index commit_repo_full_id"]
            ),
            (
                #"ALTER TABLE "invitation" ADD CONSTRAINT "own" FOREIGN KEY ("created_by") REFERENCES "user" ("id") NOT VALID"#,
                [#"foreign key on invitation: CONSTRAINT "own" FOREIGN KEY ("created_by")"#]
            ),
            (
                #"""
                CREATE TABLE "hash" ("sha" varchar PRIMARY KEY);
                ALTER TABLE "file" ADD CONSTRAINT "own" FOREIGN KEY ("sha256") REFERENCES "hash" ("sha") NOT VALID
                """#,
                [#"foreign key on file: CONSTRAINT "own" FOREIGN KEY ("sha256") REFERENCES "hash""#]
            ),
            (
                #"CREATE PUBLICATION "own" FOR TABLE "file" ("id", "repo_full_id", "path_in_repo")"#,
                ["publication of table file in publication own"]
            ),
            (
                #"CREATE PUBLICATION "own" FOR TABLE "file" WHERE ("repo_full_id" LIKE 'a%')"#,
                ["publication of table file in publication own"]
            ),
        ])
    func namedOnPostgreSQL(_ sql: String, _ parts: [String]) throws {
        try stops(.postgresql, "v07", sql, naming: parts)
    }

    @Test("is named before 013 changes a type: the row filter of a publication")
    func rowFilter() throws {
        try stops(
            .postgresql, "v12", #"CREATE PUBLICATION "own" FOR TABLE "file" WHERE ("size" > 100)"#,
            naming: ["publication of table file in publication own"])
    }

    @Test(
        "is named with its definition before anything changes on SQLite",
        arguments: [
            (
                #", CONSTRAINT "own" CHECK ("repo_full_id" <> '' OR "size" > 0)"#,
                #"CHECK constraint on file: CONSTRAINT "own" CHECK"#
            ),
            (#", UNIQUE ("repo_full_id", "path_in_repo", "size")"#, "UNIQUE constraint on file: UNIQUE"),
            (#", FOREIGN KEY ("sha256") REFERENCES "hash" ("sha")"#, "foreign key on file: FOREIGN KEY"),
        ])
    func namedOnSQLite(_ constraint: String, _ part: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try Self.redefine("file", connection) { $0.dropLast() + constraint + ")" }
            let before = try LogicalDump(of: connection)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            }
            #expect(error.code == .checkFailed)
            let examples = error.findings.flatMap(\.examples)
            #expect(examples.count == 1 && examples[0].contains(part), "\(examples)")
            #expect(try LogicalDump(of: connection).differences(from: before) == [])
        }
    }

    @Test(
        "is named before anything changes: a UNIQUE constraint that can refuse the hub's rows",
        arguments: ["v05", "v07", "v10", "v15"])
    func refusing(_ fixture: String) throws {
        let sql = #"ALTER TABLE "repository" ADD CONSTRAINT "own" UNIQUE ("full_id", "created_at", "repo_type")"#
        for verb in DamagedHub.Verb.allCases {
            let error = try DamagedHub(backend: .postgresql, fixture: fixture, damage: sql).stopped(by: verb)
            #expect(error.code == .checkFailed)
            #expect(error.differences.map(\.name) == ["own"])
        }
    }
}
