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

    @Test("013 does not write again what 008 has just written", arguments: TestBackend.allCases, ["v00", "v07"])
    func sizes(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let runner = try Runner(catalogue: .kohakuHub, connection: database.connect())
            let plan = try runner.plan(for: .run(to: .newest))
            let place = try #require(plan.steps.firstIndex { $0.migration.number == 13 })
            let altered = try plan.statements()[place].filter {
                $0.contains("ALTER TABLE") || $0.contains("sqlite_schema")
            }
            #expect(altered.count == (backend == .sqlite ? 0 : 1))
            #expect(altered.allSatisfy { $0.hasPrefix(#"ALTER TABLE "stagingupload""#) })
        }
    }

    @Test("008 leaves to 013 what tells that it is not applied", arguments: ["bigint", "smallint", "numeric"])
    func earlySizes(_ type: String) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute("DELETE FROM stagingupload; ALTER TABLE stagingupload ALTER size TYPE \(type)")
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(13))
            #expect(report.overtaken.isEmpty)
            #expect(report.migrations.map(\.migration.number) == Array(8...13))
            let expected = try SchemaLines(version: 13, backend: .postgresql)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
        }
    }

    @Test(
        "a run that is cut off between the two can be continued, in one step or in several",
        arguments: [[15], [9, 12, 15]])
    func cutOff(_ targets: [Int]) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let administrator = try database.connect()
            let before = try DatabaseContents(of: administrator)
            let connection = try database.connect()
            let pid = try #require(try connection.query("SELECT pg_backend_pid()").first?[0].integer)
            let cutOff = Runner(
                catalogue: .kohakuHub, connection: connection,
                emit: { event in
                    guard case .finished(let report) = event, report.migration.number == 8 else { return }
                    _ = try? administrator.query("SELECT pg_terminate_backend($1, 5000)", [.integer(pid)])
                })
            #expect(throws: MigrationError.self) { try cutOff.run(to: .newest) }
            let schema = try administrator.readSchema()
            #expect(schema.column("file", "size")?.type == "bigint")
            #expect(schema.column("stagingupload", "size")?.type == "integer")

            let runner = Runner(catalogue: .kohakuHub, connection: administrator)
            #expect(try runner.plan(for: .run(to: .newest)).assessment.version == 8)
            for target in targets { #expect(try runner.run(to: .upTo(target)).version == target) }
            let expected = try SchemaLines(version: Upgrade.newest, backend: .postgresql)
            #expect(try SchemaLines(of: administrator).differences(from: expected) == [])
            #expect(try Conservation(before: before, after: DatabaseContents(of: administrator)).violations == [])
        }
    }

    @Test(
        "the whole schema is read once in each transaction, and then only what has changed",
        arguments: TestBackend.allCases)
    func schemaReads(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v00").load(into: database)
            let connection = try database.connect()
            var (whole, partial) = (0, 0)
            connection.onStatement = { statement in
                let beginnings = ["SELECT type, tbl_name, name, sql, rootpage", "SELECT c.oid, c.relname, c.relkind"]
                // Foreign keys may refer to tables that are not read.
                guard beginnings.contains(where: statement.hasPrefix), !statement.contains("WHERE c.oid = ANY") else {
                    return
                }
                let isPartial = ["tbl_name COLLATE NOCASE IN (", "relname IN ("].contains(where: statement.contains)
                if isPartial { partial += 1 } else { whole += 1 }
            }
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(report.version == 15)
            // Fifteen transactions, a look before and one after. On SQLite the tables whose foreign keys are to be checked are
            // looked up again, where rows were written.
            #expect((17...(backend == .sqlite ? 26 : 20)).contains(whole), "\(whole)")
            #expect(partial > 0)
        }
    }
}
