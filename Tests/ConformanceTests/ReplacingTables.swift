import Migrations
import MigrationsTesting
import Testing

/// Something of the operator's at a table, and how to see that it is there.
private struct Attached: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// What makes it.
    var sql: String
    /// A query that yields the same before and after.
    var state: String

    init(_ description: String, _ sql: String, _ state: String) {
        (testDescription, self.sql, self.state) = (description, sql, state)
    }

    static let all = [
        Attached(
            "a privilege", "GRANT SELECT ON shelf TO PUBLIC", "SELECT relacl FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "a privilege on a column", "GRANT SELECT (room) ON shelf TO PUBLIC",
            "SELECT attacl FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'room'"),
        Attached(
            "a privilege on its row type",
            "GRANT USAGE ON TYPE shelf TO PUBLIC; REVOKE USAGE ON TYPE shelf FROM PUBLIC",
            "SELECT typacl FROM pg_type WHERE typname = 'shelf'"),
        Attached(
            "a privilege on a column of the system", "GRANT SELECT (xmin) ON shelf TO PUBLIC",
            "SELECT attacl FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'xmin'"),
        Attached(
            "a comment", "COMMENT ON TABLE shelf IS 'ours'", "SELECT obj_description('shelf'::regclass, 'pg_class')"),
        Attached(
            "a comment on a column", "COMMENT ON COLUMN shelf.room IS 'ours'",
            "SELECT col_description('shelf'::regclass, 2)"),
        Attached(
            "a comment on its key", "COMMENT ON CONSTRAINT shelf_pkey ON shelf IS 'ours'",
            "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'shelf_pkey'"),
        Attached(
            "a comment on the index of its key", "COMMENT ON INDEX shelf_pkey IS 'ours'",
            "SELECT obj_description('shelf_pkey'::regclass, 'pg_class')"),
        Attached(
            "a storage parameter", "ALTER TABLE shelf SET (fillfactor = 70)",
            "SELECT reloptions FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "a storage parameter of what is too long", "ALTER TABLE shelf SET (toast.autovacuum_enabled = false)",
            "SELECT t.reloptions FROM pg_class AS c JOIN pg_class AS t ON t.oid = c.reltoastrelid WHERE c.relname = 'shelf'"
        ),
        Attached(
            "a storage parameter of its key", "ALTER INDEX shelf_pkey SET (fillfactor = 70)",
            "SELECT reloptions FROM pg_class WHERE relname = 'shelf_pkey'"),
        Attached(
            "a replica identity", "ALTER TABLE shelf REPLICA IDENTITY FULL",
            "SELECT relreplident FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "a clustering", "CLUSTER shelf USING shelf_pkey",
            "SELECT indisclustered FROM pg_index WHERE indexrelid = 'shelf_pkey'::regclass"),
        Attached(
            "a table without WAL", "DROP TABLE place; ALTER TABLE shelf SET UNLOGGED",
            "SELECT relpersistence FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "a kind of storage", "ALTER TABLE shelf ALTER room SET STORAGE EXTERNAL",
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'room'"),
        Attached(
            "a statistics target", "ALTER TABLE shelf ALTER room SET STATISTICS 500",
            "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'room'"),
        Attached(
            "an option of a column", "ALTER TABLE shelf ALTER room SET (n_distinct = 5)",
            "SELECT attoptions FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'room'"),
        Attached(
            "a collation", #"ALTER TABLE shelf ALTER room TYPE TEXT COLLATE "C""#,
            "SELECT attcollation FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'room'"),
        Attached(
            "a policy", "CREATE POLICY ours ON shelf USING (true)",
            "SELECT polname FROM pg_policy WHERE polrelid = 'shelf'::regclass"),
        Attached(
            "row level security", "ALTER TABLE shelf ENABLE ROW LEVEL SECURITY",
            "SELECT relrowsecurity FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "a CHECK constraint", "ALTER TABLE shelf ADD CONSTRAINT ours CHECK (room <> '')",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ours'"),
        Attached(
            "an exclusion constraint", "ALTER TABLE shelf ADD CONSTRAINT ours EXCLUDE (room WITH =)",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ours'"),
        Attached(
            "a trigger",
            """
            CREATE FUNCTION ours() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER ours BEFORE INSERT ON shelf FOR EACH ROW EXECUTE FUNCTION ours()
            """, "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"),
        Attached(
            "a rule", "CREATE RULE ours AS ON DELETE TO shelf WHERE false DO NOTHING",
            "SELECT rulename, ev_enabled FROM pg_rewrite WHERE rulename = 'ours'"),
        Attached(
            "an index of another table that names it",
            "CREATE TABLE ours (x BIGINT); CREATE INDEX ours_x ON ours ((x = 'shelf'::regclass::oid::int8))",
            "SELECT pg_get_indexdef('ours_x'::regclass)"),
        Attached(
            "a note of its number", "CREATE TABLE ours (object regclass); INSERT INTO ours VALUES ('shelf')",
            "SELECT object::text FROM ours"),
        Attached("a view", "CREATE VIEW ours AS SELECT room FROM shelf", "SELECT count(*) FROM ours"),
        Attached(
            "a materialized view", "CREATE MATERIALIZED VIEW ours AS SELECT room FROM shelf",
            "SELECT count(*) FROM ours"),
        Attached(
            "a function that returns its rows",
            "CREATE FUNCTION ours() RETURNS SETOF shelf LANGUAGE sql AS 'SELECT NULL::shelf'",
            "SELECT proname FROM pg_proc WHERE prorettype = 'shelf'::regtype"),
        Attached(
            "extended statistics", "CREATE STATISTICS ours ON id, room FROM shelf",
            "SELECT stxname FROM pg_statistic_ext WHERE stxrelid = 'shelf'::regclass"),
        Attached(
            "a publication", "CREATE PUBLICATION ours FOR TABLE shelf",
            "SELECT count(*) FROM pg_publication_tables WHERE tablename = 'shelf'"),
        Attached(
            "a key that can wait",
            "ALTER TABLE shelf DROP CONSTRAINT shelf_pkey CASCADE, ADD CONSTRAINT shelf_pkey PRIMARY KEY (id) DEFERRABLE",
            "SELECT condeferrable FROM pg_constraint WHERE conname = 'shelf_pkey'"),
        Attached(
            "an identity",
            "ALTER TABLE shelf ALTER id DROP DEFAULT; DROP SEQUENCE shelf_id_seq; ALTER TABLE shelf ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START 50)",
            "SELECT attidentity FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'id'"),
        Attached("a column", "ALTER TABLE shelf ADD ours TEXT DEFAULT 'none'", "SELECT min(ours) FROM shelf"),
        Attached(
            "an index", "CREATE INDEX ours ON shelf (room DESC)",
            "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = 'ours'"),
        Attached(
            "a UNIQUE constraint", "ALTER TABLE shelf ADD CONSTRAINT ours UNIQUE (room)",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ours'"),
        Attached(
            "another owner", "ALTER TABLE shelf OWNER TO pg_monitor",
            "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'shelf'"),
        Attached(
            "privileges of new tables", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
            "SELECT relacl FROM pg_class WHERE relname = 'shelf'"),
    ]
}

@Suite("A table of PostgreSQL")
struct ReplacingTables {
    private static let shelf = TableRewrite(
        "shelf",
        columns: #"""
            "id" {id}
            "room" TEXT NOT NULL
            "height" INTEGER NOT NULL
            """#,
        indexes: #"CREATE INDEX "shelf_height" ON "shelf" ("height")"#,
        from: [.kept(from: #""shelf" AS old"#, values: ["height": "3"])])

    /// Rewrites the table.
    /// - Returns: Whether it is another object afterwards.
    private func isReplaced(in schema: Schema, by connection: any DatabaseConnection) throws -> Bool {
        let object = "SELECT 'shelf'::regclass::oid::bigint"
        let before = try connection.integer(object)
        try MigrationContext(connection: connection, schema: schema, number: 42).rewrite([Self.shelf])
        return try connection.integer(object) != before
    }

    private func isReplaced(by connection: any DatabaseConnection) throws -> Bool {
        try connection.withMigrationTransaction(locking: ["shelf"]) {
            try isReplaced(in: connection.readSchema(), by: connection)
        }
    }

    private func withShelf(_ body: (any DatabaseConnection, TestDatabase) throws -> Void) throws {
        try TestBackend.postgresql.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE shelf (id SERIAL PRIMARY KEY, room TEXT NOT NULL);
                INSERT INTO shelf (room) VALUES ('North'), ('South'), ('West'), ('Cellar');
                DELETE FROM shelf WHERE id = 4;
                CREATE TABLE place (id INTEGER PRIMARY KEY, shelf_id INTEGER REFERENCES shelf (id) ON DELETE CASCADE);
                COMMENT ON CONSTRAINT place_shelf_id_fkey ON place IS 'where it stands';
                INSERT INTO place VALUES (1, 3)
                """)
            try body(connection, database)
            let rows = try connection.query("SELECT id, room, height FROM shelf ORDER BY id")
            #expect(rows == [[1, "North", 3], [2, "South", 3], [3, "West", 3]].map { DatabaseRow($0) })
        }
    }

    @Test("is replaced by the rebuilt one where it carries nothing else, and counts on")
    func replaced() throws {
        try withShelf { connection, _ throws in
            try connection.withEmptyCopy { copy throws in
                let isReplaced = try isReplaced(in: copy.readSchema(), by: copy)
                #expect(isReplaced)
            }
            #expect(try isReplaced(by: connection))
            let shelf = try #require(connection.readSchema().tables["shelf"])
            #expect(shelf.primaryKeyName == "shelf_pkey")
            #expect(shelf.column("id")?.sequence == "shelf_id_seq")
            #expect(shelf.indexes.map(\.name) == ["shelf_height"])
            #expect(try connection.readSchema().tables["place"]?.foreignKeys.first?.referencedTable == "shelf")
            #expect(
                try connection.query(
                    "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'place_shelf_id_fkey'"
                ).first?[0] == "where it stands")
            #expect(
                try connection.query("SELECT pg_get_serial_sequence('shelf', 'id')")[0][0].text?.hasSuffix(
                    "shelf_id_seq") == true)
            #expect(try connection.integer("INSERT INTO shelf (room, height) VALUES ('Attic', 1) RETURNING id") == 5)
            try connection.execute("DELETE FROM shelf WHERE id = 5")
        }
    }

    @Test("stays the same object where it carries something else, which is still there", arguments: Attached.all)
    private func kept(_ attached: Attached) throws {
        try withShelf { connection, _ throws in
            try connection.execute(attached.sql)
            let before = try connection.query(attached.state)
            try connection.withEmptyCopy { copy throws in
                let isReplaced = try isReplaced(in: copy.readSchema(), by: copy)
                #expect(!isReplaced)
            }
            #expect(try !isReplaced(by: connection))
            #expect(!before.isEmpty)
            #expect(try connection.query(attached.state) == before)
        }
    }

    @Test("is judged once in a transaction with all others, also with one that has no sequence")
    func judgedOnce() throws {
        try withShelf { connection, _ throws in
            try connection.execute(
                "CREATE TABLE board (id SERIAL PRIMARY KEY); ALTER SEQUENCE board_id_seq OWNED BY NONE")
            let board = TableRewrite("board", columns: #""id" {id}"#, indexes: "")
            var looks = 0
            connection.onStatement = {
                if $0.contains("relreplident"), $0.hasSuffix("relkind IN ('r', 'p')") { looks += 1 }
            }
            try connection.withMigrationTransaction(locking: ["board", "shelf"]) {
                try MigrationContext(connection: connection, schema: connection.readSchema(), number: 42)
                    .rewrite([board, Self.shelf])
            }
            #expect(looks == 1)
        }
    }

    @Test("stays where an event trigger would see it leave")
    func eventTrigger() throws {
        try withShelf { connection, _ throws in
            try connection.execute(
                """
                CREATE FUNCTION ours() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER ours ON sql_drop EXECUTE FUNCTION ours()
                """)
            #expect(try !isReplaced(by: connection))
        }
    }

    @Test(
        "stays where something else has the name that the rebuilt one gets",
        arguments: [
            "CREATE TABLE migration_new_shelf (id INTEGER)", "CREATE VIEW migration_new_shelf AS SELECT 1",
            "CREATE DOMAIN migration_new_shelf AS TEXT",
        ])
    func takenName(_ sql: String) throws {
        try withShelf { connection, _ throws in
            try connection.execute(sql)
            let count = "SELECT count(*) FROM pg_type WHERE typname = 'migration_new_shelf'"
            let before = try connection.integer(count)
            #expect(try !isReplaced(by: connection))
            #expect(try connection.integer(count) == before)
        }
    }

    @Test("stays where another session takes the name after it was judged")
    func nameTakenMeanwhile() throws {
        try withShelf { connection, database throws in
            try connection.execute("CREATE TABLE board (id INTEGER PRIMARY KEY)")
            let board = TableRewrite("board", columns: #""id" {id}"#, indexes: "")
            let other = try database.connect()
            var isTaken = false
            connection.onStatement = { statement in
                guard statement.hasPrefix(#"CREATE TEMPORARY TABLE "migration_new_board""#) else { return }
                isTaken = (try? other.execute("CREATE TABLE migration_new_shelf (id INTEGER)")) != nil
            }
            try connection.withMigrationTransaction(locking: ["board", "shelf"]) {
                try MigrationContext(connection: connection, schema: connection.readSchema(), number: 42)
                    .rewrite([board, Self.shelf])
            }
            #expect(isTaken)
            #expect(try connection.countRows(in: "migration_new_shelf") == 0)
        }
    }

    @Test(
        "stays where something is attached while its rows are copied, which no lock prevents",
        arguments: [
            "GRANT SELECT ON shelf TO PUBLIC",
            "CREATE FUNCTION ours() RETURNS SETOF shelf LANGUAGE plpgsql AS 'BEGIN END'",
        ])
    func meanwhile(_ sql: String) throws {
        try withShelf { connection, database throws in
            let other = try database.connect()
            try other.execute("SET statement_timeout = 2000")
            var isAttached = false
            connection.onStatement = { statement in
                guard statement.hasPrefix(#"INSERT INTO "migration_new_shelf""#) else { return }
                isAttached = (try? other.execute(sql)) != nil
            }
            #expect(try !isReplaced(by: connection))
            #expect(isAttached)
            let privileges = "SELECT count(*) FROM pg_class WHERE relname = 'shelf' AND relacl IS NOT NULL"
            let functions = "SELECT count(*) FROM pg_proc WHERE proname = 'ours'"
            let attached = try connection.integer(privileges) + connection.integer(functions)
            #expect(attached == 1)
            #expect(try connection.readSchema().tables["migration_new_shelf"] == nil)
        }
    }
}
