import Migrations
import MigrationsTesting
import Testing

@Suite("An empty copy of a database")
struct EmptyCopies {
    @Test("has its tables and none of its rows, and leaves it as it is", arguments: TestBackend.allCases)
    func copy(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(Library.sql(backend.dialect))
            let before = try DatabaseContents(of: connection)
            let schema = try connection.readSchema()
            try connection.withEmptyCopy { copy in
                let copied = try copy.readSchema()
                #expect(Set(copied.tables.keys) == Set(schema.tables.keys))
                #expect(copied.tables["book"]?.columns.map(\.name) == schema.tables["book"]?.columns.map(\.name))
                #expect(copied.tables["book"]?.indexes.map(\.name) == schema.tables["book"]?.indexes.map(\.name))
                for table in copied.tables.keys { #expect(try copy.countRows(in: table) == 0) }
                try copy.execute(#"INSERT INTO "author" ("name") VALUES ('x'); INSERT INTO "audit" VALUES ('x')"#)
            }
            #expect(try DatabaseContents(of: connection) == before)
            #expect(try connection.readSchema() == schema)
        }
    }

    @Test("has the tables of others too, with keys of several columns", arguments: TestBackend.allCases)
    func tablesOfOthers(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let number = backend == .sqlite ? "INTEGER" : "SERIAL"
            try connection.execute(
                """
                CREATE TABLE "likes" ("a" INTEGER, "b" \(number), "c" INTEGER, PRIMARY KEY ("a", "b"));
                CREATE TABLE "counted" ("name" VARCHAR(9) PRIMARY KEY, "number" \(number));
                CREATE TABLE "reply" ("a" INTEGER, "b" INTEGER, FOREIGN KEY ("a", "b") REFERENCES "likes");
                CREATE UNIQUE INDEX "likes_c" ON "likes" ("c") WHERE "c" > 0
                """)
            let schema = try connection.readSchema()
            #expect(schema.tables["reply"]?.foreignKeys.map(\.referencedColumns) == [["a", "b"]])
            try connection.withEmptyCopy { copy in
                let copied = try copy.readSchema()
                #expect(Set(copied.tables.keys) == ["likes", "counted", "reply"])
                for name in copied.tables.keys {
                    #expect(
                        copied.tables[name]?.columns.filter(\.isPrimaryKey).map(\.name)
                            == schema.tables[name]?.columns.filter(\.isPrimaryKey).map(\.name))
                }
                #expect(copied.tables["reply"]?.foreignKeys.map(\.referencedColumns) == [["a", "b"]])
            }
        }
    }

    @Test("leaves out virtual tables with all that belongs to them")
    func virtualTables() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(
                """
                CREATE VIRTUAL TABLE "search" USING fts5("title");
                CREATE TABLE "book" ("id" INTEGER PRIMARY KEY, "title" TEXT);
                CREATE INDEX "book_title" ON "book" ("title");
                CREATE TRIGGER "find" AFTER INSERT ON "book" BEGIN INSERT INTO "search" VALUES (new."title"); END
                """)
            try connection.withEmptyCopy { copy in
                let copied = try copy.readSchema().tables
                let book = try connection.readSchema().tables["book"]
                #expect(copied.map(\.key) == ["book"])
                #expect(copied["book"] == book)
            }
        }
    }
}
