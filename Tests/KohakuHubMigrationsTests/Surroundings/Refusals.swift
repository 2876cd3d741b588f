import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// An organization that becomes a user has no address: what an operator demands of each user may not hold for it.
@Suite("A constraint of the operator's that refuses migrated rows")
struct Refusals {
    /// What makes it, how it is told, and what takes it away.
    struct Case {
        var backends = TestBackend.allCases
        var arrangement: String
        var told: String
        var removal: String
    }

    private static let cases = [
        Case(
            backends: [.sqlite],
            arrangement: #"CREATE UNIQUE INDEX own_address ON "user" (coalesce("email", ''))"#,
            told: "index own_address on user: CREATE UNIQUE INDEX own_address ON ", removal: "DROP INDEX own_address"),
        Case(
            backends: [.sqlite],
            arrangement: #"ALTER TABLE "user" ADD COLUMN "own" INTEGER CHECK (coalesce("email", '') <> '')"#,
            told: #"CHECK constraint on user: CHECK (coalesce("email", '') <> '')"#,
            removal: #"ALTER TABLE "user" DROP COLUMN "own""#),
        Case(
            backends: [.postgresql],
            arrangement: #"CREATE UNIQUE INDEX own_address ON "user" (coalesce("email", ''))"#,
            told: #"index own_address on "user": CREATE UNIQUE INDEX own_address ON "#,
            removal: "DROP INDEX own_address"),
        Case(
            backends: [.postgresql],
            arrangement: #"ALTER TABLE "user" ADD CONSTRAINT reachable CHECK (coalesce("email", '') <> '')"#,
            told: #"constraint reachable on "user": CHECK "#, removal: #"ALTER TABLE "user" DROP CONSTRAINT reachable"#),
        Case(
            backends: [.postgresql],
            arrangement: #"ALTER TABLE "user" ADD CONSTRAINT apart EXCLUDE ((coalesce("email", '')) WITH =)"#,
            told: #"constraint apart on "user": EXCLUDE "#, removal: #"ALTER TABLE "user" DROP CONSTRAINT apart"#),
        Case(
            backends: [.postgresql],
            arrangement: """
                CREATE DOMAIN level AS INTEGER CONSTRAINT known CHECK (VALUE IS NOT NULL);
                ALTER TABLE "user" ADD COLUMN own level DEFAULT 1; ALTER TABLE "user" ALTER COLUMN own DROP DEFAULT
                """,
            told: "constraint known on level: CHECK ", removal: "ALTER DOMAIN level DROP CONSTRAINT known"),
    ]

    @Test(
        "is named with its definition, and all is rolled back",
        arguments: cases.flatMap { refusal in refusal.backends.map { ($0, refusal) } })
    func refused(_ backend: TestBackend, _ refusal: Case) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.execute(refusal.arrangement)
            let before = try DatabaseContents(of: connection)
            #expect(before["organization"].count > 1)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.migration == "008 foreignkey_refactoring")
            #expect(error.findings.map(\.code) == ["refused_row"])
            let told = try #require(error.findings.first?.examples.first, "\(error.message)")
            #expect(told.hasPrefix(refusal.told))
            #expect(try DatabaseContents(of: connection) == before)
            // What it advises.
            try connection.execute(refusal.removal)
            #expect(try runner.run(to: .newest).version == Upgrade.newest)
            let after = try DatabaseContents(of: connection)
            #expect(after["user"].count == before["user"].count + before["organization"].count)
        }
    }
    @Test("is named without the row where it is a column that must have a value", arguments: TestBackend.allCases)
    func required(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            try connection.withMigrationTransaction(locking: ["user"]) {
                try connection.addColumn(#""own" TEXT NOT NULL"#, backfill: "'x'", to: "user")
            }
            let before = try DatabaseContents(of: connection)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            }
            #expect(error.code == .checkFailed)
            let told = backend == .sqlite ? "user" : #""user""#
            #expect(error.findings.flatMap(\.examples) == ["NOT NULL of column own on \(told)"])
            #expect(!"\(error)".contains("Failing row"))
            #expect(try DatabaseContents(of: connection) == before)
        }
    }
}
