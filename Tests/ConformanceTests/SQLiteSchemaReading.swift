import Migrations
import MigrationsTesting
import Testing

@Suite("Reading a schema of SQLite")
struct SQLiteSchemaReading {
    private func table(_ sql: String) throws -> Schema.Table {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(sql)
            let tables = try connection.readSchema().tables
            return try #require(tables["t"])
        }
    }

    @Test("finds an index on the text of a column that was missing")
    func constantIndex() throws {
        // SQLite takes a quoted name that is no column for a text.
        let table = try table(
            #"""
            CREATE TABLE "t" ("path" TEXT);
            CREATE UNIQUE INDEX "i" ON "t" ("repository_id", "path");
            CREATE INDEX "j" ON "t" ("path");
            """#)
        #expect(table.index("i")?.keys == [.constant("repository_id"), .column("path")])
        #expect(table.index("i")?.hasConstant == true)
        #expect(table.index("j")?.hasConstant == false)
    }

    @Test(
        "finds the keys of an index, however its statement is written",
        arguments: [
            (#"CREATE INDEX "i" ON "t" ("a", "b")"#, [.column("a"), .column("b")], true),
            (#"CREATE UNIQUE INDEX "i" ON "t" ("A")"#, [.column("a")], true),
            (#"CREATE INDEX "i""j" ON "t" ("a")"#, [.column("a")], true),
            ("CREATE INDEX i ON t (a,b)", [.column("a"), .column("b")], true),
            (#"create index "i" on "t" ("a")"#, [.column("a")], true),
            (#"CREATE INDEX "i" ON "t" ("a") -- by name"#, [.column("a")], true),
            (#"CREATE INDEX "i" ON "t" ("a" DESC)"#, [.column("a")], false),
            (#"CREATE INDEX "i" ON "t" ("a" COLLATE NOCASE)"#, [.column("a")], false),
            (#"CREATE INDEX "i" ON "t" ("a", "b" || "a")"#, [.column("a"), .expression(#""b" || "a""#)], true),
            (#"CREATE INDEX "i" ON "t" ("c""d")"#, [.column(#"c"d"#)], true),
            (#"CREATE INDEX "i" ON "t" ("a", "e")"#, [.column("a"), .constant("e")], true),
            (#"CREATE INDEX "i" ON "t" ("a"", ""b")"#, [.column(#"a", "b"#)], true),
        ] as [(String, [Schema.Index.Key], Bool)])
    func indexKeys(_ statement: String, _ keys: [Schema.Index.Key], _ isPlain: Bool) throws {
        let table = try table(
            #"""
            CREATE TABLE "t" ("a" TEXT, "b" TEXT, "c""d" TEXT, "a"", ""b" TEXT);
            \#(statement)
            """#)
        #expect(table.indexes.map(\.keys) == [keys])
        #expect(table.indexes.first?.isPlain == isPlain)
    }

    @Test("tells names apart that Swift takes for the same")
    func equivalentNames() throws {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        let table = try table(
            """
            CREATE TABLE "t" ("a" TEXT, "b" TEXT, "\(composed)" TEXT);
            CREATE INDEX "i\(composed)" ON "t" ("a");
            CREATE UNIQUE INDEX "i\(decomposed)" ON "t" ("b");
            CREATE INDEX "j" ON "t" ("\(decomposed)");
            """)
        #expect(table.indexes.filter(\.isUnique).map(\.keys) == [[.column("b")]])
        #expect(Set(table.indexes.filter { !$0.isUnique }.map(\.keys)) == [[.column("a")], [.constant(decomposed)]])
    }

    @Test("finds the collation of an index's column, which may be declared in the table")
    func collation() throws {
        let table = try table(
            #"""
            CREATE TABLE "t" ("a" TEXT COLLATE NOCASE, "b" TEXT);
            CREATE INDEX "i" ON "t" ("a");
            CREATE INDEX "j" ON "t" ("b");
            """#)
        #expect(table.indexes.map(\.isPlain) == [false, true])
    }

    @Test(
        "refuses names that it could mix up, or would not find again",
        arguments: [
            (
                "CREATE TABLE \"\u{e9}\" (id INTEGER); CREATE TABLE \"e\u{301}\" (id INTEGER)",
                "two tables are named e\u{301}"
            ),
            (
                """
                CREATE TABLE t (id INTEGER);
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET name = CAST(x'74ff' AS TEXT), tbl_name = CAST(x'74ff' AS TEXT),
                    sql = 'CREATE TABLE "' || CAST(x'74ff' AS TEXT) || '" (id INTEGER)';
                PRAGMA writable_schema = RESET
                """, "the name of table t\u{fffd} is not UTF-8"
            ),
            (
                """
                CREATE TABLE t (id INTEGER);
                CREATE INDEX i ON t (id);
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET name = CAST(x'69ff' AS TEXT),
                    sql = 'CREATE INDEX "' || CAST(x'69ff' AS TEXT) || '" ON t (id)' WHERE name = 'i';
                PRAGMA writable_schema = RESET
                """, "the name of index i\u{fffd} is not UTF-8"
            ),
            (
                """
                CREATE TABLE t (id INTEGER);
                CREATE INDEX "i" ON "t" ("id");
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET name = CAST(x'69ff' AS TEXT),
                    sql = 'CREATE INDEX "' || CAST(x'69ff' AS TEXT) || '" ON "t" ("id")' WHERE name = 'i';
                PRAGMA writable_schema = RESET
                """, "the name of index i\u{fffd} is not UTF-8"
            ),
        ])
    func names(_ statements: String, _ message: String) throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(statements)
            let error = try thrownError(DatabaseError.self) { _ = try connection.readSchema() }
            #expect(error.message.hasPrefix(message), "\(error)")
        }
    }

    @Test("finds AUTOINCREMENT")
    func autoincrement() throws {
        #expect(try table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)"#).isAutoincrement)
        #expect(try !table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY)"#).isAutoincrement)
    }

    @Test("takes a rowid for NOT NULL, declared so or not")
    func rowid() throws {
        #expect(try table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY)"#).column("id")?.isNullable == false)
    }

    @Test(
        "knows AUTOINCREMENT from a name and a text",
        arguments: [
            #"("id" INTEGER PRIMARY KEY AUTOINCREMENT)"#: true,
            #"("id" INTEGER CHECK ("id" > 0) PRIMARY KEY /* always */ autoincrement, "n" TEXT)"#: true,
            #"("id" INTEGER PRIMARY KEY, no_autoincrement TEXT DEFAULT 'AUTOINCREMENT')"#: false,
            #"("id" INTEGER PRIMARY KEY -- AUTOINCREMENT"# + "\n)": false,
        ])
    func autoincrement(_ table: (columns: String, isAutoincrement: Bool)) throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute("CREATE TABLE t \(table.columns)")
            #expect(try connection.readSchema().tables["t"]?.isAutoincrement == table.isAutoincrement)
        }
    }

    @Test(
        "finds what only the statement says of a foreign key, in whatever case",
        arguments: [
            ("CONSTRAINT kin REFERENCES t (id)", ["kin", nil, nil]),
            ("Constraint kin REFERENCES t (id)", ["kin", nil, nil]),
            ("REFERENCES t (id) match full", [nil, "FULL", nil]),
            ("REFERENCES t (id) Deferrable", [nil, nil, "DEFERRABLE"]),
            ("REFERENCES t (id) deferrable initially deferred", [nil, nil, "DEFERRABLE INITIALLY DEFERRED"]),
            ("REFERENCES t (id) NOT DEFERRABLE", [nil, nil, nil]),
            ("REFERENCES t (id)", [nil, nil, nil]),
        ])
    func foreignKey(_ clause: String, _ expected: [String?]) throws {
        let table = try table("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER \(clause))")
        let key = try #require(table.foreignKeys.first)
        #expect([key.name, key.match, key.deferrability] == expected)
    }

    @Test("is not misled by temporary tables of the same names")
    func temporary() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(SchemaReading.library(.sqlite))
            let schema = try connection.readSchema()
            try connection.execute(
                """
                CREATE TEMPORARY TABLE "author" ("id" INTEGER PRIMARY KEY);
                CREATE TEMPORARY TABLE "book" ("id" INTEGER PRIMARY KEY, "author_id" INTEGER REFERENCES "author" ("id"))
                """)
            #expect(try connection.readSchema() == schema)
        }
    }
}
