import Migrations
import MigrationsTesting
import Testing

@Suite("Reading a schema of PostgreSQL")
struct PostgreSQLSchemaReading {
    @Test("looks at the current schema only")
    func currentSchema() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(
                """
                CREATE SCHEMA other;
                CREATE TABLE other.t (hidden INTEGER UNIQUE);
                CREATE INDEX i ON other.t (hidden);
                CREATE TABLE other.only_there (n INTEGER);
                CREATE TABLE t (shown INTEGER);
                """)
            #expect(try connection.readSchema().tables.mapValues { $0.columns.map(\.name) } == ["t": ["shown"]])
            #expect(try connection.readSchema().tables["t"]?.indexes == [])
            try connection.execute("SET search_path = other, public")
            let other = try connection.readSchema()
            #expect(Set(other.tables.keys) == ["t", "only_there"])
            #expect(other.tables["t"]?.columns.map(\.name) == ["hidden"])
            #expect(other.tables["t"]?.index("i")?.columns == ["hidden"])
        }
    }

    @Test("leaves out the tables of extensions")
    func extensionTables() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE ours (n INTEGER);
                CREATE TABLE theirs (n INTEGER);
                ALTER EXTENSION plpgsql ADD TABLE theirs;
                """)
            #expect(try Set(connection.readSchema().tables.keys) == ["ours"])
        }
    }

    @Test(
        "knows indexes that are more than their columns",
        arguments: [
            ("CREATE INDEX i ON t (a, \"User\")", true), ("CREATE UNIQUE INDEX i ON t (\"User\")", true),
            ("CREATE INDEX i ON t (a) WHERE a > 0", true), ("CREATE INDEX i ON t (a) WITH (fillfactor = 70)", true),
            ("CREATE INDEX i ON t (a DESC)", false), ("CREATE INDEX i ON t (a NULLS FIRST)", false),
            ("CREATE INDEX i ON t (\"User\" text_pattern_ops)", false), ("CREATE INDEX i ON t USING hash (a)", false),
            ("CREATE INDEX i ON t (\"User\" COLLATE \"C\")", false),
            ("CREATE INDEX i ON t (a) INCLUDE (\"User\")", false),
            ("CREATE INDEX i ON t (lower(\"User\"))", false), ("CREATE INDEX i ON parts (a)", true),
        ])
    func plainIndexes(_ statement: String, _ isPlain: Bool) throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE t (a INTEGER, "User" TEXT);
                CREATE TABLE parts (a INTEGER) PARTITION BY LIST (a);
                \(statement)
                """)
            let index = try connection.readSchema().tables.values.flatMap(\.indexes).first
            #expect(index?.isPlain == isPlain)
        }
    }

    @Test("names the sequence of a column in any schema and of any name")
    func sequences() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(#"CREATE TABLE "user" (id SERIAL PRIMARY KEY); CREATE TABLE "Odd" (id SERIAL)"#)
            let schema = try connection.readSchema()
            #expect(schema.column("user", "id")?.sequence == "user_id_seq")
            #expect(schema.column("user", "id")?.defaultValue == nil)
            #expect(schema.column("Odd", "id")?.defaultValue == nil)
        }
    }

    @Test(
        "reads the name of a sequence as it is spelled in a default",
        arguments: [
            "plain", "Mixed case", "with.dot", "with \"quotes\"", "with 'quotes'", "a\"", "(in brackets)", "a::b",
            "schön",
        ])
    func oddSequences(_ name: String) throws {
        try TestBackend.postgresql.withConnection { connection in
            for schema in ["public", "Other.schema"] {
                let sequence = "\(schema.quotedIdentifier).\(name.quotedIdentifier)"
                try connection.execute(
                    """
                    CREATE SCHEMA IF NOT EXISTS \(schema.quotedIdentifier); CREATE SEQUENCE \(sequence);
                    DROP TABLE IF EXISTS t;
                    CREATE TABLE t (id INTEGER DEFAULT nextval(\(sequence.quotedLiteral)));
                    """)
                #expect(try connection.readSchema().column("t", "id")?.sequence == name, "in \(schema)")
            }
        }
    }

    @Test(
        "takes for a sequence nothing but its next value",
        arguments: [
            "nextval('s'::regclass) + nextval('s'::regclass)", "nextval('s') + 1", "'nextval(''s''::regclass)'::text",
        ])
    func computedDefaults(_ expression: String) throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute("CREATE SEQUENCE s; CREATE TABLE t (n TEXT DEFAULT \(expression))")
            #expect(try connection.readSchema().column("t", "n")?.sequence == nil)
            #expect(try connection.readSchema().column("t", "n")?.defaultValue != nil)
        }
    }

    @Test("names what foreign keys refer to: in the schema, elsewhere, and when the table is read alone")
    func references() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(
                """
                CREATE SCHEMA "Other";
                CREATE TABLE "Other"."User" (dropped INTEGER, "Key" INTEGER UNIQUE); ALTER TABLE "Other"."User" DROP dropped;
                CREATE TABLE "User" (a INTEGER, b INTEGER, UNIQUE (b, a));
                CREATE TABLE t (
                    x INTEGER REFERENCES "Other"."User" ("Key"), y INTEGER, z INTEGER, FOREIGN KEY (y, z) REFERENCES "User" (b, a));
                """)
            for names in [nil, ["t"]] as [Set<String>?] {
                let keys = try connection.readSchema(of: names).tables["t"]?.foreignKeys.sorted {
                    $0.columns[0] < $1.columns[0]
                }
                #expect(keys?.map(\.columns) == [["x"], ["y", "z"]])
                #expect(keys?.map(\.referencedTable) == [#""Other"."User""#, "User"])
                #expect(keys?.map(\.referencedRelation) == [#""Other"."User""#, #""User""#])
                #expect(keys?.map(\.referencedColumns) == [["Key"], ["b", "a"]])
            }
        }
    }

    @Test("reads the expressions among an index's keys")
    func expressions() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i ON t (a, lower(b), b, (a || b))")
            #expect(
                try connection.readSchema().tables["t"]?.index("i")?.keys
                    == [.column("a"), .expression("lower(b)"), .column("b"), .expression("(a || b)")])
        }
    }
}
