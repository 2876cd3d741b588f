import Migrations
import MigrationsTesting
import Testing

@Suite("Reading a schema")
struct SchemaReading {
    /// A schema with one of everything.
    static func library(_ dialect: Dialect) -> String {
        dialect.spelling(
            """
            CREATE TABLE "author" (
                "id" {id}, "name" VARCHAR(255) NOT NULL, "order" INTEGER, "active" {boolean} NOT NULL DEFAULT true,
                "portrait" {blob}, "born" {timestamp}, "royalties" {bigint} DEFAULT 5, UNIQUE ("name", "order")
            );
            CREATE TABLE "book" (
                "id" {id}, "title" TEXT NOT NULL, "author_id" INTEGER NOT NULL, "editor_id" INTEGER, "reader_id" INTEGER,
                FOREIGN KEY ("author_id") REFERENCES "author" ("id") ON DELETE CASCADE,
                FOREIGN KEY ("editor_id") REFERENCES "author" ("id") ON DELETE SET NULL,
                FOREIGN KEY ("reader_id") REFERENCES "author" ("id")
            );
            CREATE UNIQUE INDEX "book_title_author_id" ON "book" ("title", "author_id");
            CREATE INDEX "book_author_id_title" ON "book" ("author_id", "title");
            CREATE INDEX "book_late" ON "book" ("editor_id") WHERE "editor_id" > 100;
            CREATE INDEX "book_lower" ON "book" ("author_id", lower("title"));
            CREATE VIEW "titles" AS SELECT "title" FROM "book";
            """)
    }

    private func schema(_ backend: TestBackend) throws -> Schema {
        try backend.withConnection { connection in
            try connection.execute(Self.library(backend.dialect))
            return try connection.readSchema()
        }
    }

    @Test("finds tables, and nothing of the database's own", arguments: TestBackend.allCases)
    func tables(_ backend: TestBackend) throws {
        let schema = try schema(backend)
        #expect(Set(schema.tables.keys) == ["author", "book"])
    }

    @Test("finds columns in order, with type and nullability", arguments: TestBackend.allCases)
    func columns(_ backend: TestBackend) throws {
        let author = try #require(try schema(backend).tables["author"])
        #expect(author.columns.map(\.name) == ["id", "name", "order", "active", "portrait", "born", "royalties"])
        #expect(author.columns.map(\.isNullable) == [false, false, true, false, true, true, true])
        #expect(author.columns.map(\.isPrimaryKey) == [true, false, false, false, false, false, false])
        let types =
            switch backend {
            case .sqlite: ["INTEGER", "VARCHAR(255)", "INTEGER", "INTEGER", "BLOB", "DATETIME", "INTEGER"]
            case .postgresql:
                [
                    "integer", "character varying(255)", "integer", "boolean", "bytea", "timestamp without time zone",
                    "bigint",
                ]
            }
        #expect(author.columns.map(\.type) == types)
    }

    @Test("finds defaults, of which a sequence is none", arguments: TestBackend.allCases)
    func defaults(_ backend: TestBackend) throws {
        let author = try #require(try schema(backend).tables["author"])
        #expect(author.columns.map(\.defaultValue) == [nil, nil, nil, "true", nil, nil, "5"])
        #expect(author.column("id")?.sequence == (backend == .sqlite ? nil : "author_id_seq"))
    }

    @Test("finds indexes with their columns in the order of the index", arguments: TestBackend.allCases)
    func indexes(_ backend: TestBackend) throws {
        let book = try #require(try schema(backend).tables["book"])
        #expect(book.index("book_title_author_id")?.columns == ["title", "author_id"])
        #expect(book.index("book_title_author_id")?.isUnique == true)
        #expect(book.index("book_author_id_title")?.columns == ["author_id", "title"])
        #expect(book.index("book_author_id_title")?.isUnique == false)
        #expect(book.index("book_late")?.isPartial == true)
        #expect(book.index("book_author_id_title")?.isPartial == false)
        #expect(book.index("book_lower")?.columns == nil)
        #expect(book.index("book_lower")?.keys.first == .column("author_id"))
        #expect(book.index("book_lower")?.hasConstant == false)
        #expect(book.indexes.count == 4)
    }

    @Test("finds the statement that makes an index again", arguments: TestBackend.allCases)
    func indexStatements(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(Self.library(backend.dialect))
            let before = try connection.readSchema()
            for index in before.tables["book"]?.indexes ?? [] {
                try connection.execute("DROP INDEX \(index.name.quotedIdentifier)")
                try connection.execute(index.sql)
            }
            #expect(try connection.readSchema() == before)
        }
    }

    @Test("looks at the tables that matter, and names the others", arguments: TestBackend.allCases)
    func details(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(Self.library(backend.dialect))
            let found = try connection.readSchema(detailing: ["book", "shelf"])
            var expected = try connection.readSchema()
            expected.tables["author"] = Schema.Table(name: "author", columns: [])
            #expect(found.withoutDefinitions == expected.withoutDefinitions)
        }
    }

    @Test("tells a UNIQUE constraint from a unique index", arguments: TestBackend.allCases)
    func uniqueConstraints(_ backend: TestBackend) throws {
        let author = try #require(try schema(backend).tables["author"])
        #expect(author.uniqueConstraints.map(\.columns) == [["name", "order"]])
        #expect(author.indexes == [])
    }

    @Test("finds foreign keys with what happens on delete", arguments: TestBackend.allCases)
    func foreignKeys(_ backend: TestBackend) throws {
        let book = try #require(try schema(backend).tables["book"])
        let keys = Dictionary(uniqueKeysWithValues: book.foreignKeys.map { ($0.columns, $0) })
        #expect(keys[["author_id"]]?.onDelete == "CASCADE")
        #expect(keys[["editor_id"]]?.onDelete == "SET NULL")
        #expect(keys[["reader_id"]]?.onDelete == "NO ACTION")
        #expect(Set(book.foreignKeys.map(\.referencedTable)) == ["author"])
        #expect(Set(book.foreignKeys.map(\.referencedColumns)) == [["id"]])
        #expect(keys[["author_id"]]?.name == (backend == .sqlite ? nil : "book_author_id_fkey"))
    }

    @Test("keeps a foreign key of two columns together", arguments: TestBackend.allCases)
    func compositeForeignKey(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "a" ("x" INTEGER, "y" INTEGER, UNIQUE ("x", "y"));
                CREATE TABLE "b" ("p" INTEGER, "q" INTEGER, FOREIGN KEY ("q", "p") REFERENCES "a" ("x", "y"))
                """)
            let keys = try connection.readSchema().tables["b"]?.foreignKeys
            #expect(keys?.map(\.columns) == [["q", "p"]])
            #expect(keys?.map(\.referencedColumns) == [["x", "y"]])
        }
    }

    @Test("asks the same few queries whatever the number of tables", arguments: TestBackend.allCases)
    func constantQueries(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            var statements = 0
            func countStatements() throws -> Int {
                statements = 0
                _ = try connection.readSchema()
                return statements
            }
            connection.onStatement = { _ in statements += 1 }
            try connection.execute(Self.library(backend.dialect))
            let few = try countStatements()
            for number in 1...50 {
                try connection.execute(
                    "CREATE TABLE t\(number) (a INTEGER, b INTEGER UNIQUE); CREATE INDEX i\(number) ON t\(number) (a, b)"
                )
            }
            let many = try countStatements()
            #expect(try connection.readSchema().tables.count == 52)
            #expect(few == many)
            #expect(many <= 6)
        }
    }

    @Test("sees every change since the last look, and every rollback", arguments: TestBackend.allCases)
    func changes(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(Self.library(backend.dialect))
            _ = try connection.readSchema()
            for change in [
                "CREATE INDEX by_title ON book (title)", "ALTER TABLE book ADD COLUMN pages INTEGER",
                "ALTER TABLE book RENAME COLUMN pages TO leaves", "DROP INDEX by_title",
                "ALTER TABLE author RENAME TO writer", "DROP VIEW titles; DROP TABLE book",
            ] {
                let before = try connection.readSchema()
                try connection.execute("BEGIN; \(change)")
                let changed = try connection.readSchema()
                try connection.execute("ROLLBACK")
                #expect(changed != before)
                #expect(try connection.readSchema() == before)
                try connection.execute(change)
                #expect(try connection.readSchema() == changed)
                #expect(try database.connect().readSchema() == changed)
            }
        }
    }

    @Test("of an empty database finds nothing", arguments: TestBackend.allCases)
    func empty(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let schema = try connection.readSchema()
            #expect(schema == Schema(dialect: backend.dialect))
        }
    }
}

extension Schema {
    /// Without how indexes were made, which a look need not find out.
    fileprivate var withoutDefinitions: Schema {
        var schema = self
        for name in tables.keys {
            for place in tables[name]?.indexes.indices ?? 0..<0 {
                schema.tables[name]?.indexes[place].isPlain = false
                schema.tables[name]?.indexes[place].sql = ""
            }
        }
        return schema
    }
}
