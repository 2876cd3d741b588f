import Migrations
import MigrationsTesting
import Testing

@Suite("Altering a table")
struct AlteringTables {
    private func altering(
        _ backend: TestBackend, child: String = #""parent_id" INTEGER DEFAULT 7, "#,
        key: String = #", FOREIGN KEY ("parent_id") REFERENCES "parent" ("id") ON DELETE CASCADE"#,
        _ alteration: TableAlteration, _ body: (any DatabaseConnection, Schema.Table) throws -> Void
    ) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "parent" ("id" INTEGER PRIMARY KEY);
                CREATE TABLE "child" ("id" INTEGER PRIMARY KEY, \(child)"note" VARCHAR(20) DEFAULT 'a, (b',
                    CHECK ("note" <> 'bad, (worse')\(key));
                CREATE INDEX "child_note" ON "child" ("note");
                INSERT INTO "parent" VALUES (1), (2);
                INSERT INTO "child" ("id", "parent_id") VALUES (1, 1), (2, 2), (3, NULL);
                """)
            let rows = try DatabaseContents(of: connection)
            try connection.withMigrationTransaction { try connection.alter(alteration) }
            #expect(try DatabaseContents(of: connection) == rows)
            // What the alteration does not name is as it was.
            let table = try #require(try connection.readSchema().tables["child"])
            #expect(table.column("note")?.defaultValue?.hasPrefix("'a, (b'") == true)
            #expect(table.index("child_note") != nil)
            let error = try thrownError(DatabaseError.self) {
                try connection.execute(#"INSERT INTO "child" VALUES (9, NULL, 'bad, (worse')"#)
            }
            #expect(error.kind == .constraint)
            try body(connection, table)
        }
    }

    private static let setNull = ForeignKeyDefinition(
        #"FOREIGN KEY ("parent_id") REFERENCES "parent" ("id") ON DELETE SET NULL"#)

    @Test("gives a foreign key another action", arguments: TestBackend.allCases)
    func foreignKey(_ backend: TestBackend) throws {
        try altering(backend, TableAlteration(table: "child", foreignKeys: [Self.setNull])) { connection, table in
            #expect(table.foreignKeys.map(\.onDelete) == ["SET NULL"])
            #expect(table.column("parent_id")?.defaultValue == "7")
            if backend == .sqlite { try connection.execute("PRAGMA foreign_keys = ON") }
            try connection.execute(#"DELETE FROM "parent" WHERE "id" = 1"#)
            #expect(
                try connection.query(#"SELECT "parent_id" FROM "child" ORDER BY "id""#).map { $0[0] }
                    == [.null, 2, .null])
        }
    }

    @Test("also one that stands in the column's definition", arguments: TestBackend.allCases)
    func inlineForeignKey(_ backend: TestBackend) throws {
        try altering(
            backend, child: #"parent_id INTEGER DEFAULT 7 REFERENCES "parent" ("id"), "#, key: "",
            TableAlteration(table: "child", foreignKeys: [Self.setNull])
        ) { _, table in
            #expect(table.foreignKeys.map(\.onDelete) == ["SET NULL"])
            #expect(table.column("parent_id")?.defaultValue == "7")
        }
    }

    @Test(
        "gives a column a default, in letters of any case, and no row another value", arguments: TestBackend.allCases,
        ["DEFAULT 5", "default  5"])
    func newDefault(_ backend: TestBackend, _ clause: String) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "item" ("id" INTEGER PRIMARY KEY);
                INSERT INTO "item" VALUES (1);
                ALTER TABLE "item" ADD COLUMN "n" INTEGER
                """)
            try connection.withMigrationTransaction {
                try connection.alter(
                    TableAlteration(table: "item", columns: [ColumnDefinition("\"n\" INTEGER \(clause)")]))
            }
            try connection.execute(#"INSERT INTO "item" ("id") VALUES (2)"#)
            #expect(try connection.query(#"SELECT "n" FROM "item" ORDER BY "id""#).map { $0[0] } == [.null, 5])
            // Another one.
            try connection.withMigrationTransaction {
                try connection.alter(
                    TableAlteration(table: "item", columns: [ColumnDefinition(#""n" INTEGER DEFAULT 6"#)]))
            }
            #expect(try connection.readSchema().column("item", "n")?.defaultValue == "6")
        }
    }

    @Test(
        "keeps a foreign key and a uniqueness that stand in the definition of a changed column",
        arguments: TestBackend.allCases)
    func inlineConstraints(_ backend: TestBackend) throws {
        try altering(
            backend, child: #""parent_id" INTEGER DEFAULT 7 UNIQUE REFERENCES "parent" ("id") ON DELETE SET NULL, "#,
            key: "", TableAlteration(table: "child", columns: [ColumnDefinition(#""parent_id" INTEGER"#)])
        ) { connection, table in
            #expect(table.column("parent_id")?.defaultValue == nil)
            #expect(table.foreignKeys.map(\.onDelete) == ["SET NULL"])
            #expect(table.uniqueConstraints.map(\.columns) == [["parent_id"]])
            let error = try thrownError(DatabaseError.self) {
                try connection.execute(#"INSERT INTO "child" ("id", "parent_id") VALUES (4, 1)"#)
            }
            #expect(error.kind == .constraint)
            if backend == .sqlite { #expect(try connection.query("PRAGMA integrity_check")[0][0] == "ok") }
        }
    }

    @Test("drops a default", arguments: TestBackend.allCases)
    func noDefault(_ backend: TestBackend) throws {
        let column = ColumnDefinition(#""parent_id" INTEGER"#)
        try altering(backend, TableAlteration(table: "child", columns: [column])) { _, table in
            #expect(table.column("parent_id")?.defaultValue == nil)
            #expect(table.foreignKeys.map(\.onDelete) == ["CASCADE"])
        }
    }

    @Test("keeps the values that rows had only from the default", arguments: TestBackend.allCases)
    func addedColumn(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "name" TEXT);
                INSERT INTO "t" VALUES (1, 'a'), (2, 'b');
                ALTER TABLE "t" ADD COLUMN "n" INTEGER NOT NULL DEFAULT 5;
                CREATE INDEX "t_n" ON "t" ("n");
                INSERT INTO "t" VALUES (3, 'c', 7)
                """)
            let rows = try DatabaseContents(of: connection)
            for definition in [#""n" INTEGER NOT NULL DEFAULT 6"#, #""n" INTEGER"#, #""n" INTEGER NOT NULL"#] {
                try connection.withMigrationTransaction {
                    try connection.alter(TableAlteration(table: "t", columns: [ColumnDefinition(definition)]))
                }
                #expect(try DatabaseContents(of: connection) == rows)
                #expect(try connection.violations(of: ["t"]) == [])
            }
        }
    }

    @Test("gives the values the column's new type, also in its indexes", arguments: TestBackend.allCases)
    func type(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "n" TEXT UNIQUE);
                CREATE INDEX "t_n" ON "t" ("n");
                INSERT INTO "t" VALUES (1, '10'), (2, '9'), (3, NULL)
                """)
            try connection.withMigrationTransaction {
                try connection.alter(TableAlteration(table: "t", columns: [ColumnDefinition(#""n" INTEGER"#)]))
            }
            #expect(
                try connection.query(#"SELECT "n" FROM "t" WHERE "n" < 11 ORDER BY "n""#).map(\.values) == [[9], [10]])
            #expect(try connection.violations(of: ["t"]) == [])
        }
    }

    @Test("lets a column take NULL, or no longer", arguments: TestBackend.allCases)
    func nullability(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                #"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "a" INTEGER NOT NULL, "b" INTEGER, "c" INTEGER)"#)
            try connection.execute(#"INSERT INTO "t" VALUES (1, 1, 1, NULL)"#)
            let columns = [ColumnDefinition(#""a" INTEGER"#), ColumnDefinition(#""b" INTEGER NOT NULL"#)]
            try connection.withMigrationTransaction {
                try connection.alter(TableAlteration(table: "t", columns: columns))
            }
            let table = try #require(try connection.readSchema().tables["t"])
            #expect(table.columns.map(\.isNullable) == [false, true, false, true])

            let before = try connection.readSchema()
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.alter(
                        TableAlteration(table: "t", columns: [ColumnDefinition(#""c" INTEGER NOT NULL"#)]))
                }
            }
            #expect(error.kind == .constraint)
            #expect(try connection.readSchema() == before)
        }
    }

    @Test("refuses a column that is missing", arguments: TestBackend.allCases)
    func unknownColumn(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY)"#)
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.alter(TableAlteration(table: "t", columns: [ColumnDefinition(#""x" INTEGER"#)]))
                }
            }
            #expect(error.message == "table t has no column x")
        }
    }

    @Test(
        "reads SQLite's definitions as people write them",
        arguments: [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER DEFAULT 1)",
            "CREATE TABLE \"t\" -- a comment, with (\n([id] INTEGER PRIMARY KEY,\n  /* x, */ `x` INTEGER DEFAULT 1) STRICT",
            "CREATE TABLE 't(' ('id' INTEGER PRIMARY KEY,x INTEGER DEFAULT (1 + (2)),\"a,b\" TEXT DEFAULT ',''(')",
        ])
    func definitions(_ sql: String) throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(sql)
            let before = try #require(try connection.readSchema().tables.values.first)
            try connection.withMigrationTransaction {
                try connection.alter(
                    TableAlteration(table: before.name, columns: [ColumnDefinition(#""x" INTEGER"#)]))
            }
            var expected = before
            expected.columns[1].defaultValue = nil
            #expect(try connection.readSchema().tables[before.name] == expected)
            #expect(try connection.query("PRAGMA integrity_check")[0][0] == "ok")
        }
    }
}
