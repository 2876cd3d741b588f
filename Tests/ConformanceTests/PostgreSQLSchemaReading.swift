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
}
