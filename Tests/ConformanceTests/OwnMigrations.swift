import Migrations
import MigrationsTesting
import Testing

/// The example of `docs/library.md`.
@Suite("Migrations of one's own")
struct OwnMigrations {
    @Test("upgrade a database with rows, and make a new one, on both backends", arguments: TestBackend.allCases)
    func upgrade(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let old = #"CREATE TABLE "customer" ("id" {id}, "name" TEXT NOT NULL, "joined_at" {timestamp} NOT NULL)"#
            try connection.execute(connection.dialect.spelling(old))
            try connection.execute(
                #"INSERT INTO "customer" ("name", "joined_at") VALUES ('Ann', '2026-01-01 10:00:00')"#)
            let report = try Runner(catalogue: shop, connection: connection).run(to: .newest)
            #expect(report.migrations.map(\.migration.title) == ["002 customer_status"])
            #expect(
                try connection.query(#"SELECT "name", "status" FROM "customer""#).map(\.values) == [["Ann", "active"]])
            #expect(try Runner(catalogue: shop, connection: connection).run(to: .newest).isUnchanged)
            let upgraded = try connection.readSchema()
            try connection.execute(#"DROP TABLE "customer""#)
            #expect(try Runner(catalogue: shop, connection: connection).run(to: .newest).wasFresh)
            #expect(try connection.readSchema().differences(from: Array(upgraded.tables.values)).isEmpty)
        }
    }

    @Test("open a file")
    func file() throws {
        try TestBackend.sqlite.withDatabase { database throws in
            guard case .sqlite(let path) = database else { return }
            #expect(try openShop(at: path).countRows(in: "customer") == 0)
        }
    }
}
