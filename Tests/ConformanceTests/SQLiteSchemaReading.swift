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

    @Test("finds AUTOINCREMENT")
    func autoincrement() throws {
        #expect(try table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)"#).isAutoincrement)
        #expect(try !table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY)"#).isAutoincrement)
    }

    @Test("takes a rowid for NOT NULL, declared so or not")
    func rowid() throws {
        #expect(try table(#"CREATE TABLE "t" ("id" INTEGER PRIMARY KEY)"#).column("id")?.isNullable == false)
    }
}
