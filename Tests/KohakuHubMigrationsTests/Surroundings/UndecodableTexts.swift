import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Texts that are no UTF-8")
struct UndecodableTexts {
    /// Lets a database of the test server take any bytes for text, from the next connection on.
    private func acceptAnyBytes(_ database: TestDatabase) throws {
        guard database.backend == .postgresql else { return }
        try database.connect().execute(
            "UPDATE pg_database SET encoding = pg_char_to_encoding('SQL_ASCII') WHERE datname = current_database()")
    }

    @Test(
        "are named by table, column and id before anything changes, and can be corrected",
        arguments: TestBackend.allCases)
    func named(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            try acceptAnyBytes(database)
            let connection = try database.connect()
            let text = backend == .sqlite ? "CAST(x'4dfc6c6c6572' AS TEXT)" : #"E'M\374ller'"#
            try connection.execute(
                """
                UPDATE "user" SET "username" = \(text) WHERE "id" = 2;
                UPDATE "file" SET "path_in_repo" = 'größe/文件/😀.bin' WHERE "id" = 1
                """)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let schema = try connection.readSchema()
            let preview = try Runner(catalogue: .kohakuHub, connection: connection).plan(for: .run(to: .newest))
            #expect(preview.findings.map(\.code) == ["invalid_utf8"])
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.message) == ["1 value of user.username is not UTF-8."])
            #expect(
                error.findings.flatMap(\.examples) == [
                    backend == .sqlite ? "id 2: bytes 4DFC6C6C6572" : #"id 2: M\374ller"#
                ])
            #expect(try connection.readSchema() == schema)
            // What it advises.
            try connection.execute(#"UPDATE "user" SET "username" = 'Müller' WHERE "id" = 2"#)
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
            #expect(try connection.integer(#"SELECT count(*) FROM "user" WHERE "username" = 'Müller'"#) == 1)
        }
    }

    @Test("may be blobs in SQLite, and stay what they are")
    func blobs() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                UPDATE "user" SET "username" = x'6162' WHERE "id" = 3;
                UPDATE "organization" SET "name" = x'436f' WHERE "id" = 2
                """)
            #expect(
                try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest).version == Upgrade.newest)
            let names = try connection.query(
                "SELECT hex(username), normalized_name FROM user WHERE typeof(username) = 'blob' ORDER BY id")
            #expect(names.map(\.values) == [["6162", "ab"], ["436F", "co"]])
        }
    }
}
