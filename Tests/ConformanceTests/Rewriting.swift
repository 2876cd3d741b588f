import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("Rewriting a table")
struct Rewriting {
    @Test("gives it the new columns, foreign keys and indexes", arguments: TestBackend.allCases)
    func schema(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            let book = try #require(try connection.readSchema().tables["book"])
            #expect(Set(book.columns.map(\.name)) == ["id", "title", "author_id", "pages", "cover", "shelf"])
            #expect(book.column("pages")?.isNullable == false)
            #expect(book.column("id")?.isPrimaryKey == true)
            #expect(book.foreignKeys.map(\.columns) == [["author_id"]])
            #expect(book.index("book_author_id")?.columns == ["author_id"])
            #expect(book.index("book_author") == nil)
        }
    }

    @Test("keeps the rows", arguments: TestBackend.allCases)
    func rows(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            let rows = try connection.query(
                #"SELECT "id", "title", "author_id", "pages", "cover" FROM "book" ORDER BY "id""#)
            #expect(
                rows.map(\.values) == [
                    [1, "Oku no Hosomichi", 1, 0, .blob([0, 255])], [2, "Sarumino", 1, 0, .blob([0, 255])],
                    [7, "Swim", 2, 0, .blob([0, 255])],
                ])
        }
    }

    @Test("keeps the rows of other tables that reference it", arguments: TestBackend.allCases)
    func children(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            #expect(try connection.countRows(in: "review") == 2)
            let key = try connection.readSchema().tables["review"]?.foreignKeys.first
            #expect(key?.referencedTable == "book")
            #expect(key?.onDelete == "CASCADE")
            #expect(try connection.brokenReferences(from: ["book", "review"]) == [])
        }
    }

    @Test("keeps the operator's columns and indexes", arguments: TestBackend.allCases)
    func ownColumns(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            let book = try #require(try connection.readSchema().tables["book"])
            #expect(book.column("shelf")?.defaultValue?.hasPrefix("'none'") == true)
            #expect(book.index("own_shelf")?.columns == ["shelf", "title"])
            #expect(book.index("own_unique")?.isUnique == true)
            let shelves = try connection.query(#"SELECT "shelf" FROM "book" ORDER BY "id""#)
            #expect(shelves.map(\.values) == [["A1"], ["A2"], ["A7"]])
        }
    }

    private func rewrite(_ rewrite: TableRewrite, on connection: any DatabaseConnection) throws {
        try connection.withMigrationTransaction(locking: [rewrite.table]) {
            try MigrationContext(connection: connection, schema: connection.readSchema(), number: 1).rewrite([rewrite])
        }
    }

    @Test(
        "keeps the operator's unique indexes beside one of some rows or of more than columns",
        arguments: TestBackend.allCases,
        [
            #"CREATE UNIQUE INDEX "t_a" ON "t" ("a") WHERE b > 1"#,
            #"CREATE UNIQUE INDEX "t_a" ON "t" ("a") WHERE "b" > 1"#,
            #"CREATE UNIQUE INDEX "t_a" ON "t" ("a", lower("c"))"#,
            #"CREATE UNIQUE INDEX "t_a" ON "t" (lower("c"), "a")"#,
            #"CREATE UNIQUE INDEX "t_a" ON "t" (b, "a")"#,
            #"CREATE UNIQUE INDEX "t_a" ON "t" ((-"a"))"#,
            #"CREATE INDEX "t_a" ON "t" ("a", lower("c"))"#,
            #"CREATE INDEX "t_a" ON "t" ("a" DESC, "b")"#,
        ])
    func ownUniqueIndexes(_ backend: TestBackend, _ index: String) throws {
        try backend.withConnection { connection in
            let columns = #"""
                "id" {id}
                "a" INTEGER
                "b" INTEGER
                "c" TEXT
                """#
            let list = columns.split(separator: "\n").joined(separator: ", ")
            try connection.execute(
                backend.dialect.spelling(
                    #"""
                    CREATE TABLE "t" (\#(list));
                    CREATE UNIQUE INDEX "own_a" ON "t" ("a");
                    CREATE UNIQUE INDEX "own_b" ON "t" ("a", "b");
                    CREATE UNIQUE INDEX "own_c" ON "t" ("a", "c");
                    CREATE UNIQUE INDEX "own_some" ON "t" ("a") WHERE "b" > 2;
                    CREATE INDEX "own_order" ON "t" ("a" DESC);
                    INSERT INTO "t" ("a", "b", "c") VALUES (1, 1, 'x'), (2, 1, 'y')
                    """#))
            let before = try connection.readSchema()
            try rewrite(TableRewrite("t", columns: columns, indexes: index), on: connection)
            let table = try #require(try connection.readSchema().tables["t"])
            #expect(table.indexes.map(\.name).sorted() == ["own_a", "own_b", "own_c", "own_order", "own_some", "t_a"])
            #expect(table.index("own_some") == before.tables["t"]?.index("own_some"))
            #expect(try connection.countRows(in: "t") == 2)
        }
    }

    @Test("gives an index its new condition, also one with a comment on PostgreSQL", arguments: TestBackend.allCases)
    func conditions(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                backend.dialect.spelling(
                    #"""
                    CREATE TABLE "t" ("id" {id}, "a" INTEGER);
                    CREATE INDEX "t_a" ON "t" ("a") WHERE "a" > 1
                    """#))
            if backend == .postgresql { try connection.execute(#"COMMENT ON INDEX "t_a" IS 'of the operator'"#) }
            let rewrite = TableRewrite(
                "t", columns: "\"id\" {id}\n\"a\" INTEGER",
                indexes: #"CREATE INDEX "t_a" ON "t" ("a") WHERE "a" > 2"#)
            try self.rewrite(rewrite, on: connection)
            let index = try connection.readSchema().tables["t"]?.index("t_a")
            #expect(index?.sql.contains("> 2") == true, "\(index?.sql ?? "none")")
        }
    }

    @Test("keeps triggers, which do not see the rows leave and come back", arguments: TestBackend.allCases)
    func triggers(_ backend: TestBackend) throws {
        var audited: Int64 = 0
        try Library.rewriting(backend) { connection in
            audited = try connection.countRows(in: "audit")
        } after: { connection, _ in
            let quarantined = try connection.integer(#"SELECT count(*) FROM "audit" WHERE "entry" = '- Orphan'"#)
            #expect(try connection.countRows(in: "audit") - quarantined == audited)
            try connection.execute(#"INSERT INTO "book" ("id", "title", "author_id", "pages") VALUES (8, 'New', 1, 3)"#)
            #expect(try connection.integer(#"SELECT count(*) FROM "audit" WHERE "entry" = 'New'"#) == 1)
        }
    }

    @Test("keeps views", arguments: TestBackend.allCases)
    func views(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ throws in
            #expect(try connection.query(#"SELECT "title" FROM "titles" WHERE "id" = 7"#).map(\.values) == [["Swim"]])
        }
    }

    @Test("fails when a view could not be read afterwards, and names it", arguments: TestBackend.allCases)
    func brokenView(_ backend: TestBackend) throws {
        let error = try thrownError(DatabaseError.self) {
            try Library.rewriting(backend) { connection in
                try connection.execute(#"CREATE VIEW "own_authors" AS SELECT b.author FROM "book" AS b"#)
            } after: { _, _ in
            }
        }
        #expect(error.description.contains("own_authors"))
    }

    @Test("goes on counting above the highest id", arguments: TestBackend.allCases)
    func nextID(_ backend: TestBackend) throws {
        try Library.rewriting(backend) { connection, _ in
            try connection.advanceSequence(of: "book", past: 0)
            try connection.execute(#"INSERT INTO "book" ("title", "author_id", "pages") VALUES ('New', 1, 3)"#)
            #expect(try connection.integer(#"SELECT "id" FROM "book" WHERE "title" = 'New'"#) == 8)
        }
    }

    @Test("keeps privileges, comments and the sequence of PostgreSQL")
    func identity() throws {
        let state = """
            SELECT relacl::text, obj_description(oid, 'pg_class'), col_description(oid, 2),
                pg_get_serial_sequence('book', 'id'), relreplident::text
            FROM pg_class WHERE relname = 'book'
            """
        var before: [DatabaseRow] = []
        try Library.rewriting(.postgresql) { connection in
            try connection.execute(
                """
                GRANT SELECT ON "book" TO PUBLIC;
                COMMENT ON TABLE "book" IS 'What we have';
                COMMENT ON COLUMN "book"."title" IS 'As on the cover';
                """)
            before = try connection.query(state)
        } after: { connection, _ throws in
            #expect(before.first?[0].text?.contains("=r/") == true)
            #expect(before.first?[1] == "What we have")
            #expect(try connection.query(state) == before)
        }
    }
}
