import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// What older scripts did to a healthy hub: they added columns with defaults, and left the rows as they were.
@Suite("Columns that older scripts added")
struct AddedColumns {
    struct Script: Sendable, CustomStringConvertible {
        var fixture: String
        var sql: String
        /// The column it added to a table, and the value its rows had from the default.
        var added: (table: String, column: String, value: DatabaseValue)

        var description: String { "\(fixture): \(added.table).\(added.column)" }
    }

    private static let scripts = [
        Script(
            fixture: "v08",
            sql: #"""
                ALTER TABLE "repository" ADD COLUMN "downloads" INTEGER DEFAULT 0;
                ALTER TABLE "repository" ADD COLUMN "likes_count" INTEGER DEFAULT 0
                """#, added: ("repository", "downloads", 0)),
        Script(
            fixture: "v10", sql: #"ALTER TABLE "file" ADD COLUMN "is_deleted" {boolean} NOT NULL DEFAULT false"#,
            added: ("file", "is_deleted", 0)),
        Script(
            fixture: "v15",
            sql: #"""
                ALTER TABLE "file" DROP COLUMN "lfs";
                ALTER TABLE "file" ADD COLUMN "lfs" {boolean} NOT NULL DEFAULT true
                """#, added: ("file", "lfs", 1)),
    ]

    @Test("keep their values when they get the definition of today", arguments: TestBackend.allCases, scripts)
    func kept(_ backend: TestBackend, _ script: Script) throws {
        try backend.withDatabase { database in
            try Fixture(script.fixture).load(into: database)
            let connection = try database.connect()
            try connection.execute(connection.dialect.spelling(script.sql))
            let before = try DatabaseContents(of: connection)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)

            let after = try DatabaseContents(of: connection)
            let expected = try SchemaLines(version: Upgrade.newest, backend: backend)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(Conservation(before: before, after: after).violations == [])
            #expect(try connection.integrity() == "ok")
            let values = Set(
                after[script.added.table].compactMap { $0[script.added.column] }.map { value in
                    value.boolean.map { $0 ? 1 : 0 } ?? value
                })
            #expect(values == [script.added.value])
        }
    }

    /// SQLite took the name in `CREATE INDEX` for a text when the column was not there yet.
    private static let lateIndexes = [
        (
            "v10",
            #"CREATE INDEX "file_is_deleted" ON "file" ("is_deleted"); ALTER TABLE "file" ADD COLUMN "is_deleted" INTEGER"#
        ),
        (
            "v07",
            #"CREATE INDEX "file_owner_id" ON "file" ("owner_id"); ALTER TABLE "file" ADD COLUMN "owner_id" INTEGER"#
        ),
        (
            "v07",
            #"""
            CREATE INDEX "emailverification_user_id" ON "emailverification" ("user_id");
            ALTER TABLE "emailverification" ADD COLUMN "user_id" INTEGER
            """#
        ),
        (
            "v07",
            #"""
            CREATE INDEX "invitation_action_created_by_id" ON "invitation" ("action", "created_by_id");
            ALTER TABLE "invitation" ADD COLUMN "created_by_id" INTEGER
            """#
        ),
    ]

    @Test("do no harm where SQLite had an index on their name before", arguments: lateIndexes)
    func lateIndex(_ fixture: String, _ sql: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            let before = try DatabaseContents(of: connection)
            try connection.execute(sql)
            #expect(try connection.integrity() != "ok")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).repair()
            let expected = try SchemaLines(version: Upgrade.newest, backend: .sqlite)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(try Conservation(before: before, after: DatabaseContents(of: connection)).violations == [])
            #expect(try connection.integrity() == "ok")
        }
    }
}
