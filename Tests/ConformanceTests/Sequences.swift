import Migrations
import MigrationsTesting
import Testing

@Suite("The ids that a database gives")
struct Sequences {
    private func autoincrement(_ backend: TestBackend) -> String {
        switch backend {
        case .sqlite: #"CREATE TABLE "user" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT)"#
        case .postgresql: #"CREATE TABLE "user" ("id" SERIAL PRIMARY KEY, "name" TEXT)"#
        }
    }

    @Test("are remembered when their rows are gone", arguments: TestBackend.allCases)
    func remembered(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(autoincrement(backend))
            #expect(try connection.lastAssignedID(in: "user") == 0)
            for _ in 1...3 { try connection.execute(#"INSERT INTO "user" ("name") VALUES ('x')"#) }
            try connection.execute(#"DELETE FROM "user" WHERE "id" > 1"#)
            #expect(try connection.lastAssignedID(in: "user") == 3)
        }
    }

    @Test("go on above those that were written, and never back", arguments: TestBackend.allCases)
    func advanced(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(connection.dialect.spelling(#"CREATE TABLE "user" ("id" {id}, "name" TEXT)"#))
            try connection.execute(#"INSERT INTO "user" VALUES (41, 'x')"#)
            try connection.advanceSequence(of: "user", past: 0)
            try connection.execute(#"INSERT INTO "user" ("name") VALUES ('y')"#)
            #expect(try connection.integer(#"SELECT max("id") FROM "user""#) == 42)
            try connection.advanceSequence(of: "user", past: 7)
            try connection.execute(#"INSERT INTO "user" ("name") VALUES ('z')"#)
            #expect(try connection.integer(#"SELECT max("id") FROM "user""#) == 43)
        }
    }

    @Test("go on above a floor on PostgreSQL, which remembers it")
    func floor() throws {
        try TestBackend.postgresql.withConnection { connection in
            try connection.execute(#"CREATE TABLE "user" ("id" SERIAL PRIMARY KEY, "name" TEXT)"#)
            try connection.advanceSequence(of: "user", past: 1000)
            try connection.execute(#"INSERT INTO "user" ("name") VALUES ('x')"#)
            #expect(try connection.integer(#"SELECT max("id") FROM "user""#) == 1001)
        }
    }
}
