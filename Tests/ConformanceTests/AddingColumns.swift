import Migrations
import MigrationsTesting
import Testing

@Suite("Adding a column")
struct AddingColumns {
    private func adding(
        _ backend: TestBackend, _ definition: String, backfill: String?,
        _ body: (any DatabaseConnection, Schema.Column) throws -> Void
    ) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "name" TEXT DEFAULT 'it''s');
                CREATE INDEX "t_name" ON "t" ("name");
                INSERT INTO "t" ("id", "name") VALUES (1, 'a'), (2, NULL);
                """)
            let before = try connection.readSchema().tables["t"]
            try connection.withMigrationTransaction {
                try connection.addColumn(connection.dialect.spelling(definition), backfill: backfill, to: "t")
            }
            var after = try #require(try connection.readSchema().tables["t"])
            let column = after.columns.removeLast()
            // Nothing else of the table has changed.
            #expect(after == before)
            try body(connection, column)
        }
    }

    @Test("that takes NULL leaves it empty", arguments: TestBackend.allCases)
    func nullable(_ backend: TestBackend) throws {
        try adding(backend, #""note" TEXT"#, backfill: nil) { connection, column throws in
            #expect(column.name == "note")
            #expect(column.isNullable)
            #expect(try connection.query(#"SELECT "note" FROM "t" ORDER BY "id""#).map(\.values) == [[.null], [.null]])
        }
    }

    @Test("that takes none fills it, and leaves no default", arguments: TestBackend.allCases)
    func filled(_ backend: TestBackend) throws {
        try adding(backend, #""bytes" {bigint} NOT NULL"#, backfill: "0") { connection, column in
            #expect(!column.isNullable)
            #expect(column.defaultValue == nil)
            #expect(try connection.query(#"SELECT "bytes" FROM "t" ORDER BY "id""#).map(\.values) == [[0], [0]])
            let error = try thrownError(DatabaseError.self) {
                try connection.execute(#"INSERT INTO "t" ("id", "name") VALUES (3, 'c')"#)
            }
            #expect(error.kind == .constraint)
            // Whoever opens the database anew sees the same.
            try connection.execute(#"INSERT INTO "t" VALUES (3, 'c', 5)"#)
        }
    }

    @Test("fills it with any constant, also a text with quotes", arguments: TestBackend.allCases)
    func text(_ backend: TestBackend) throws {
        try adding(backend, #""word" VARCHAR(255) NOT NULL"#, backfill: "'it''s \"quoted\"'") {
            connection, column throws in
            #expect(column.defaultValue == nil)
            #expect(try connection.query(#"SELECT DISTINCT "word" FROM "t""#).map(\.values) == [["it's \"quoted\""]])
        }
    }

    @Test("still works after the file is opened anew", arguments: TestBackend.allCases)
    func reopened(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY); INSERT INTO "t" VALUES (1)"#)
            try connection.withMigrationTransaction {
                try connection.addColumn(#""a" INTEGER NOT NULL"#, backfill: "7", to: "t")
                try connection.addColumn(#""b" INTEGER NOT NULL"#, backfill: "8", to: "t")
            }
            let other = try database.connect()
            #expect(try other.query(#"SELECT "id", "a", "b" FROM "t""#).map(\.values) == [[1, 7, 8]])
            #expect(try other.readSchema().tables["t"]?.columns.map(\.defaultValue) == [nil, nil, nil])
        }
    }
}
