import Migrations
import MigrationsTesting
import Testing

@Suite("PostgreSQL's foreign keys in a migration's transaction")
struct PostgreSQLForeignKeys {
    private let family = """
        CREATE TABLE "user" ("id" SERIAL PRIMARY KEY);
        CREATE TABLE "child" (
            "id" SERIAL PRIMARY KEY, "user_id" INTEGER NOT NULL REFERENCES "user" ("id") ON DELETE RESTRICT
        );
        CREATE TABLE "Own" ("id" SERIAL PRIMARY KEY, "user_id" INTEGER REFERENCES "user" ("id") ON DELETE SET NULL);
        INSERT INTO "user" VALUES (1); INSERT INTO "child" VALUES (1, 1); INSERT INTO "Own" VALUES (1, 1);
        """

    @Test("stop what would break a reference")
    func broken() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(family)
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction { try connection.execute(#"DELETE FROM "user""#) }
            }
            #expect(error.kind == .constraint)
            #expect(try connection.countRows(in: "user") == 1)
        }
    }

    @Test("can be suspended, and those that are given back come back as they were")
    func suspended() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(family)
            let before = try connection.readSchema().tables["Own"]
            try connection.withMigrationTransaction {
                let keys = try connection.suspendForeignKeys(of: ["user", "child"])
                #expect(keys.map(\.name) == ["Own_user_id_fkey", "child_user_id_fkey"])
                #expect(keys.map(\.columns) == [["user_id"], ["user_id"]])
                #expect(try connection.readSchema().tables.values.flatMap(\.foreignKeys) == [])
                try connection.execute(#"UPDATE "user" SET "id" = 5"#)
                try connection.execute(#"UPDATE "Own" SET "user_id" = 5"#)
                try connection.restoreForeignKeys(keys.filter { $0.table == "Own" })
            }
            #expect(try connection.readSchema().tables["Own"] == before)
            #expect(try connection.readSchema().tables["child"]?.foreignKeys == [])
        }
    }

    @Test("that were never validated stop nothing, but are told")
    func notValidated() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(family)
            try connection.execute(
                """
                CREATE TABLE "old" ("user_id" INTEGER);
                INSERT INTO "old" VALUES (77);
                ALTER TABLE "old" ADD CONSTRAINT "old_fkey" FOREIGN KEY ("user_id") REFERENCES "user" ("id") NOT VALID;
                """)
            #expect(try connection.violations(of: ["old"]) == ["broken reference: old (old_fkey was never validated)"])
            try connection.withMigrationTransaction { try connection.execute(#"INSERT INTO "user" VALUES (2)"#) }
            #expect(try connection.countRows(in: "user") == 2)
        }
    }
}
