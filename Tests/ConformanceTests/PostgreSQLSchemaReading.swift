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
