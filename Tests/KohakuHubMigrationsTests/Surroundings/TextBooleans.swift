import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs on SQLite that came from PostgreSQL or MySQL: the application reads `'f'` as true.
@Suite("Booleans that are texts")
struct TextBooleans {
    /// Writes booleans as another database would.
    private let conversion = """
        UPDATE user SET is_active = CASE WHEN is_active THEN 't' ELSE 'f' END, email_verified = 'TRUE' WHERE id > 1;
        UPDATE repository SET private = CASE WHEN private THEN 'true' ELSE 'false' END;
        UPDATE file SET lfs = CASE WHEN lfs THEN 'yes' ELSE 'no' END
        """

    private func withHub(
        _ version: String, _ sql: String, _ body: (Runner, any DatabaseConnection) throws -> Void
    ) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            try connection.execute("UPDATE user SET email_verified = 1")
            try connection.execute(sql)
            try body(Runner(catalogue: .kohakuHub, connection: connection), connection)
        }
    }

    /// What becomes of the same hub with booleans as the application writes them.
    private func expected(_ version: String) throws -> DatabaseContents {
        var contents = DatabaseContents?.none
        try withHub(version, "") { runner, connection in
            _ = try runner.run(to: .newest)
            contents = try DatabaseContents(of: connection)
        }
        return try #require(contents)
    }

    @Test("are converted by 008, which reports them before")
    func before() throws {
        let version = "v07"
        try withHub(version, conversion) { runner, connection in
            let preview = try Runner(catalogue: .kohakuHub, connection: connection).plan(for: .run(to: .newest))
            let finding = try #require(preview.findings.first { $0.code == "column_type" })
            #expect(finding.severity == .notice)
            #expect(
                Set(finding.examples) == [
                    "user.is_active: text to 1 and 0", "user.email_verified: text to 1 and 0",
                    "repository.private: text to 1 and 0", "file.lfs: text to 1 and 0",
                ])
            _ = try runner.run(to: .newest)
            let (after, reference) = (try DatabaseContents(of: connection), try expected(version))
            #expect(after.rowCounts == reference.rowCounts)
            for table in reference.tables.keys where table != Quarantine.kohakuHub.table {
                #expect(after[table] == reference[table], "\(table)")
            }
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
        }
    }

    @Test("are named by a verification after it, and converted by a repair")
    func after() throws {
        try withHub("v15", conversion) { runner, connection in
            let verification = try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true)
            #expect(!verification.isExact)
            #expect(verification.violations.count == 4)
            #expect(verification.violations.contains { $0.contains("of file.lfs neither 0 nor 1") })
            let report = try runner.repair()
            #expect(report.violations == verification.violations)
            #expect(try DatabaseContents(of: connection) == expected("v15"))
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
        }
    }

    @Test("are not guessed", arguments: ["v07", "v15"])
    func unknown(_ version: String) throws {
        try withHub(version, "UPDATE user SET is_active = 'maybe' WHERE id = 2") { runner, connection in
            let before = try LogicalDump(of: connection)
            let error = try thrownError(MigrationError.self) {
                if version == "v15" { _ = try runner.repair() } else { _ = try runner.run(to: .newest) }
            }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["column_values"])
            #expect(error.findings.map(\.table) == ["user"])
            #expect(error.findings.flatMap(\.examples) == ["id 2: maybe"])
            #expect(try LogicalDump(of: connection).differences(from: before) == [])
        }
    }
}
