import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Upgrades of real databases")
struct UpgradeTests {
    @Test("keep times that no calendar has")
    func infiniteTimes() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                UPDATE repository SET created_at = 'infinity' WHERE id = 5;
                UPDATE repository SET created_at = '-infinity' WHERE id = 6;
                UPDATE "commit" SET created_at = '294276-01-01' WHERE id = 1;
                UPDATE file SET updated_at = '4713-01-01 BC' WHERE id = 1
                """)
            #expect(
                try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest).version == Upgrade.newest)
            let found = try connection.query(
                """
                SELECT (SELECT created_at::text FROM repository WHERE id = 5), (SELECT created_at::text FROM repository WHERE id = 6),
                    (SELECT created_at::text FROM "commit" WHERE id = 1), (SELECT updated_at::text FROM file WHERE id = 1)
                """)
            #expect(
                found.first?.values
                    == ["infinity", "-infinity", "294276-01-01 00:00:00", "4713-01-01 00:00:00 BC"])
        }
    }

    @Test("lead to the schema that the application makes at that version", arguments: Upgrade.all)
    func schema(_ upgrade: Upgrade) throws {
        let expected = try SchemaLines(version: upgrade.target, backend: upgrade.backend)
        #expect(try upgrade.outcome().schema.differences(from: expected) == [])
    }

    /// Each of these has the schema of its version, from the oldest hub on and from one that came by the scripts of the time.
    @Test("stop at any version on the way", arguments: TestBackend.allCases, ["v00", "v07upgraded"])
    func stops(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            for target in (fixture == "v00" ? 1 : 8)...Upgrade.newest {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(target))
                let expected = try SchemaLines(version: target, backend: backend)
                #expect(try SchemaLines(of: connection).differences(from: expected) == [], "at \(target)")
            }
        }
    }

    @Test("keep, merge, copy or quarantine every row, and change no value without a rule", arguments: Upgrade.all)
    func conservation(_ upgrade: Upgrade) throws {
        let outcome = try upgrade.outcome()
        #expect(Conservation(before: outcome.before, after: outcome.after).violations == [])
    }

    @Test("report what was counted before and after", arguments: Upgrade.all)
    func reports(_ upgrade: Upgrade) throws {
        let outcome = try upgrade.outcome()
        let counted = outcome.after.quarantined.count - outcome.before.quarantined.count
        let tables = outcome.report.migrations.flatMap(\.tables)
        #expect(tables.filter { !$0.isConserved } == [])
        #expect(tables.reduce(0) { $0 + $1.quarantined } >= Int64(counted))
        for (table, reports) in Dictionary(grouping: tables, by: \.table) where reports.count == 1 {
            #expect(reports[0].rowsIn == Int64(outcome.before[table].count), "\(table)")
            #expect(reports[0].rowsOut == Int64(outcome.after[table].count), "\(table)")
        }
    }

    @Test("leave no reference to a row that is missing", arguments: Upgrade.all)
    func references(_ upgrade: Upgrade) throws {
        #expect(try upgrade.outcome().brokenReferences == [])
    }

    @Test("leave a file that SQLite finds sound", arguments: Upgrade.all.filter { $0.backend == .sqlite })
    func integrity(_ upgrade: Upgrade) throws {
        #expect(try upgrade.outcome().integrity == "ok")
    }

    @Test("leave sequences that go on above every id", arguments: Upgrade.all)
    func sequences(_ upgrade: Upgrade) throws {
        #expect(try upgrade.outcome().exhaustedSequences == [])
    }

    @Test("do nothing the second time", arguments: Upgrade.all)
    func secondRun(_ upgrade: Upgrade) throws {
        let outcome = try upgrade.outcome()
        #expect(outcome.secondReport.isUnchanged)
        #expect(outcome.secondReport.version >= upgrade.target)
        #expect(outcome.afterSecond == outcome.after)
    }
}
