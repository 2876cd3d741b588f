import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Names in other letter case on SQLite")
struct LetterCase {
    private let renaming = """
        ALTER TABLE user RENAME TO u1; ALTER TABLE u1 RENAME TO "USER";
        ALTER TABLE token RENAME TO t1; ALTER TABLE t1 RENAME TO "Token";
        ALTER TABLE session RENAME COLUMN user_id TO USER_ID
        """

    @Test("are the same names, and become the hub's own in tables that are rewritten")
    func upgraded() throws {
        let version = "v07"
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            try connection.execute(renaming)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let expected = try SchemaLines(version: Upgrade.newest, backend: .sqlite)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            let reference = try Upgrade(backend: .sqlite, fixture: Fixture(version), target: Upgrade.newest).outcome()
            let after = try DatabaseContents(of: connection)
            #expect(after.rowCounts == reference.after.rowCounts)
            for table in reference.after.tables.keys where table != Quarantine.kohakuHub.table {
                #expect(after[table] == reference.after[table], "\(table)")
            }
        }
    }

    @Test("are no difference from the newest schema")
    func newest() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            try connection.execute(renaming)
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            #expect(try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest).isUnchanged)
            #expect(try Runner(catalogue: .kohakuHub, connection: connection).repair().isUnchanged)
        }
    }

    @Test("are fixed under the names that they have: a column without NOT NULL, a reference that is missing")
    func mended() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            let tokens = try connection.query("SELECT * FROM token ORDER BY id")
            #expect(tokens.count > 3)
            try connection.execute(
                """
                CREATE TABLE t1 AS SELECT * FROM token; DROP TABLE token; ALTER TABLE t1 RENAME TO "Token";
                ALTER TABLE "Token" RENAME COLUMN user_id TO "User_ID"
                """)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            #expect(try connection.query("SELECT * FROM token ORDER BY id") == tokens)
        }
    }

    @Test("leave the operator's own columns and tables as they are spelled")
    func own() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                ALTER TABLE user ADD COLUMN "Department" TEXT; UPDATE user SET "Department" = 'd' || id;
                CREATE TABLE "Notes" ("Id" INTEGER PRIMARY KEY, "User" INTEGER REFERENCES user (id));
                INSERT INTO "Notes" SELECT id, id FROM user
                """)
            let people = try connection.countRows(in: "user")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(after["user"].count { $0["Department"] == .text("d\($0.id)") } == Int(people))
            #expect(after["Notes"].count == Int(people))
            #expect(after["Notes"].first?.keys.sorted() == ["Id", "User"])
        }
    }
}
