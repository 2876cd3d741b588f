import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Synchronization
import Testing

@Suite("A name that a migration needs and something else has")
struct TakenNames {
    /// What has a name that a table or an index needs, how it is told, and what takes it away.
    private static let ofBoth: [(version: String, object: String, told: String, removal: String)] = [
        ("v07", "VIEW fallbacksource AS SELECT 2 AS id", "view fallbacksource", "VIEW fallbacksource"),
        ("v07", "INDEX fallbacksource ON note (n)", "index fallbacksource on note", "INDEX fallbacksource"),
        ("v07", "INDEX confirmationtoken_token ON note (n)", "index confirmationtoken_token on note", "TABLE note"),
        (
            "v07", "TABLE confirmationtoken_token (n INTEGER)", "table confirmationtoken_token",
            "TABLE confirmationtoken_token"
        ),
        ("v15", "UNIQUE INDEX token_token_hash ON note (n)", "index token_token_hash on note", "TABLE note"),
        ("fresh", "VIEW token AS SELECT 2 AS id", "view token", "VIEW token"),
        ("v07", "VIEW kohaku_quarantine AS SELECT 2 AS id", "view kohaku_quarantine", "VIEW kohaku_quarantine"),
    ]

    private static let ofSQLite = [
        ("v07", "VIEW FallbackSource AS SELECT 2 AS id", "view FallbackSource", "VIEW FallbackSource")
    ]

    private static let ofPostgreSQL = [
        (
            "v07", "MATERIALIZED VIEW fallbacksource AS SELECT 2 AS id", "materialized view fallbacksource",
            "MATERIALIZED VIEW fallbacksource"
        ),
        ("v07", "SEQUENCE fallbacksource", "sequence fallbacksource", "SEQUENCE fallbacksource"),
        ("v07", "TYPE fallbacksource AS (id INTEGER)", "composite type fallbacksource", "TYPE fallbacksource"),
        ("v07", "TYPE fallbacksource AS ENUM ('a')", "type fallbacksource", "TYPE fallbacksource"),
        ("v07", "DOMAIN fallbacksource AS INTEGER", "type fallbacksource", "DOMAIN fallbacksource"),
        (
            "v07", "SEQUENCE confirmationtoken_token", "sequence confirmationtoken_token",
            "SEQUENCE confirmationtoken_token"
        ),
    ]

    @Test(
        "is reported before anything changes",
        arguments: ofBoth.flatMap { other in TestBackend.allCases.map { ($0, other) } }
            + ofSQLite.map { (.sqlite, $0) } + ofPostgreSQL.map { (.postgresql, $0) })
    func others(
        _ backend: TestBackend, _ other: (version: String, object: String, told: String, removal: String)
    ) throws {
        try backend.withDatabase { database in
            if other.version != "fresh" { try Fixture(other.version).load(into: database) }
            let connection = try database.connect()
            if other.version == "v15" { try connection.execute("DROP INDEX token_token_hash") }
            if other.object.contains(" ON note") { try connection.execute("CREATE TABLE note (n INTEGER)") }
            try connection.execute("CREATE \(other.object)")
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let preview = try runner.plan(for: .run(to: .newest))
            #expect(preview.findings.filter { $0.severity == .error }.map(\.code) == ["name_taken"])
            for verb in [{ _ = try runner.run(to: .newest) }, { _ = try runner.repair() }] {
                // There is nothing to repair where there are no tables.
                let error = try thrownError(MigrationError.self, by: verb)
                guard error.code != .schemaDiffers else { continue }
                #expect(error.code == .checkFailed)
                #expect(error.findings.map(\.code) == ["name_taken"])
                #expect(error.findings.first?.examples == [other.told])
            }
            #expect(try DatabaseContents(of: connection) == before)
            try connection.execute("DROP \(other.removal)")
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
        }
    }

    @Test("after the last look is told too, with what was done before", arguments: TestBackend.allCases)
    func appearing(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v11").load(into: database)
            let other = try database.connect()
            let runner = Runner(
                catalogue: .kohakuHub, connection: try database.connect(),
                emit: { event in
                    guard case .started(let migration) = event, migration.number == 13 else { return }
                    try? other.execute("CREATE VIEW fallbacksource AS SELECT 2 AS id")
                })
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["name_taken"])
            #expect(error.findings.first?.examples == ["view fallbacksource"])
            #expect(error.committed == ["012 invitation_created_by_nullable"])
            try other.execute("DROP VIEW fallbacksource")
            let again = Runner(catalogue: .kohakuHub, connection: try database.connect())
            #expect(try again.run(to: .newest).version == Upgrade.newest)
        }
    }

    @Test("may be that of the tables themselves, in a schema that nothing finds: it is asked before new ones are made")
    func elsewhere() throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            try database.connect().execute("ALTER SCHEMA public RENAME TO hubs; CREATE SCHEMA public")
            let connection = try database.connect()
            let asked = Mutex<[String]>([])
            func runner(_ agrees: Bool) -> Runner {
                Runner(
                    catalogue: .kohakuHub, connection: connection,
                    consent: { _, question in
                        asked.withLock { $0.append(question) }
                        return agrees
                    })
            }
            #expect(try runner(false).plan(for: .run(to: .newest)).findings.map(\.code) == ["tables_elsewhere"])
            let error = try thrownError(MigrationError.self) { _ = try runner(false).run(to: .newest) }
            #expect(error.code == .consentRequired)
            #expect(asked.withLock { $0 } == ["Tables by the names of the new ones are elsewhere: schema hubs has 13."])
            #expect(try connection.readSchema().tables.isEmpty)
            #expect(try runner(true).run(to: .newest).wasFresh)
        }
    }

    @Test("is none beside ids of 64 bits: SQLite has room for organizations above them")
    func bigIDs() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                "INSERT INTO token (user_id, token_hash, name, created_at) VALUES (3000000000, 'x', 'x', '2025-01-01')")
            let before = try DatabaseContents(of: connection)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(after["user"].count == before["user"].count + before["organization"].count)
            #expect(try connection.integer(#"SELECT min("id") FROM "user" WHERE "is_org" = 1"#) > 3_000_000_000)
        }
    }
}
