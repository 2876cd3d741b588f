import Migrations
import MigrationsTesting
import Testing

@Suite("SQLite's foreign keys in a migration's transaction")
struct SQLiteForeignKeys {
    private struct Stop: Error {}

    private let family = """
        CREATE TABLE "parent" ("id" INTEGER PRIMARY KEY);
        CREATE TABLE "child" (
            "id" INTEGER PRIMARY KEY, "parent_id" INTEGER REFERENCES "parent" ("id") ON DELETE CASCADE
        );
        INSERT INTO "parent" VALUES (1), (2);
        INSERT INTO "child" VALUES (1, 1), (2, 2);
        """

    private func settings(_ connection: any DatabaseConnection) throws -> [Int64] {
        try ["foreign_keys", "legacy_alter_table", "secure_delete", "threads"].map {
            try connection.integer("PRAGMA \($0)")
        }
    }

    @Test("notices a second orphan in a table without row ids that had one before")
    func withoutRowIDs() throws {
        try TestBackend.sqlite.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(
                """
                CREATE TABLE parent (id INTEGER PRIMARY KEY);
                CREATE TABLE child (name TEXT PRIMARY KEY, parent INTEGER REFERENCES parent (id)) WITHOUT ROWID;
                INSERT INTO child VALUES ('old', 5)
                """)
            try connection.withMigrationTransaction(locking: ["child"]) {
                try connection.execute("UPDATE child SET name = 'same'")
            }
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(locking: ["child"]) {
                    try connection.execute("INSERT INTO child VALUES ('new', 6)")
                }
            }
            #expect(error.kind == .constraint)
            #expect(try database.connect().integer("SELECT count(*) FROM child") == 1)
        }
    }

    @Test(
        "are enforced again afterwards, and every setting is as before, when it commits",
        arguments: ["OFF": 0, "ON": 1, "FAST": 2])
    func afterCommit(_ secureDelete: (word: String, value: Int64)) throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute("PRAGMA foreign_keys = ON; PRAGMA secure_delete = \(secureDelete.word)")
            #expect(try connection.integer("PRAGMA secure_delete") == secureDelete.value)
            let before = try settings(connection)
            try connection.withMigrationTransaction { try connection.execute(family) }
            #expect(before.first == 1)
            #expect(try settings(connection) == before)
        }
    }

    @Test("are enforced again when it is rolled back")
    func afterRollback() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute("PRAGMA foreign_keys = ON")
            let before = try settings(connection)
            try thrownError(Stop.self) { try connection.withMigrationTransaction { throw Stop() } }
            #expect(try settings(connection) == before)
        }
    }

    @Test("are enforced again when it could not even begin")
    func afterLock() throws {
        try TestBackend.sqlite.withDatabase { database in
            let hub = try database.connect()
            try hub.execute("BEGIN IMMEDIATE")
            let connection = try database.connect(lockTimeout: .zero)
            try connection.execute("PRAGMA foreign_keys = ON")
            let before = try settings(connection)
            let error = try thrownError(DatabaseError.self) { try connection.withMigrationTransaction {} }
            #expect(error.kind == .locked)
            #expect(try settings(connection) == before)
        }
    }

    @Test("do not delete the children of a table that is recreated")
    func noCascade() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(family)
            try connection.execute("PRAGMA foreign_keys = ON")
            try connection.withMigrationTransaction {
                try connection.execute(
                    """
                    CREATE TABLE "new" ("id" INTEGER PRIMARY KEY);
                    INSERT INTO "new" SELECT "id" FROM "parent";
                    DROP TABLE "parent";
                    ALTER TABLE "new" RENAME TO "parent";
                    """)
            }
            #expect(try connection.countRows(in: "child") == 2)
        }
    }

    @Test(
        "stop the commit when a reference would be broken",
        arguments: [
            #"DELETE FROM "parent" WHERE "id" = 2"#, #"INSERT INTO "child" VALUES (3, 99)"#, #"DELETE FROM "parent""#,
            #"UPDATE "child" SET "parent_id" = 99 WHERE "id" = 1"#, #"UPDATE "parent" SET "id" = 9 WHERE "id" = 1"#,
            #"DROP TABLE "parent""#,
        ])
    func broken(_ sql: String) throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(family)
            let before = try DatabaseContents(of: connection)
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction { try connection.execute(sql) }
            }
            #expect(error.kind == .constraint)
            #expect(error.message.contains("child"))
            #expect(try DatabaseContents(of: connection) == before)
        }
    }

    @Test("that were broken before stop nothing, but are told")
    func brokenBefore() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute(family)
            try connection.execute(#"INSERT INTO "child" VALUES (3, 77), (4, 78)"#)
            #expect(try connection.violations(of: ["child"]) == ["broken reference: 2 rows of child to parent"])
            try connection.withMigrationTransaction {
                try connection.execute(#"INSERT INTO "child" VALUES (5, 1); DELETE FROM "child" WHERE "id" = 2"#)
            }
            #expect(try connection.countRows(in: "child") == 4)
            // One more is one too many.
            try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.execute(#"DELETE FROM "parent" WHERE "id" = 1"#)
                }
            }
            #expect(try connection.countRows(in: "parent") == 2)
        }
    }
}
