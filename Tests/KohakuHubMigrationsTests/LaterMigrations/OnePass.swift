import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("From the oldest hub to the newest schema")
struct OnePass {
    @Test("no table is copied twice on SQLite, and a file table once", arguments: ["v00", "v07", "v07upgraded"])
    func copies(_ fixture: String) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            var copies: [String: Int] = [:]
            connection.onStatement = { statement in
                guard statement.hasPrefix(#"CREATE TABLE "migration_new_"#) else { return }
                copies[String(statement.split(separator: "\"")[1]), default: 0] += 1
            }
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(copies["migration_new_file"] == 1)
            #expect(copies["migration_new_user"] == 1)
            #expect(copies.filter { $0.value > 1 } == [:])
        }
    }

    @Test(
        "the whole schema is read once in each transaction, on SQLite once in all, and then only what has changed",
        arguments: TestBackend.allCases)
    func schemaReads(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v00").load(into: database)
            let connection = try database.connect()
            var (whole, partial) = (0, 0)
            connection.onStatement = { statement in
                let beginnings = ["SELECT lower(m.name), lower(c.name)", "SELECT c.oid, c.relname, c.relkind"]
                // Foreign keys may refer to tables that are not read.
                guard beginnings.contains(where: statement.hasPrefix), !statement.contains("WHERE c.oid = ANY") else {
                    return
                }
                let isPartial = ["tbl_name COLLATE NOCASE IN (", "relname IN ("].contains(where: statement.contains)
                if isPartial { partial += 1 } else { whole += 1 }
            }
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(report.version == 15)
            // Fifteen transactions, a look before and one after.
            #expect((backend == .sqlite ? 1...1 : 17...20).contains(whole), "\(whole)")
            #expect(partial > 0)
        }
    }
}
