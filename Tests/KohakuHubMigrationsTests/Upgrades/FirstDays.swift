import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs from before version 0, which the hub changed in its first days without a migration.
@Suite("Hubs of the first days")
struct FirstDays {
    /// Takes a hub back to when memberships named a user and an organization by other columns.
    private static let oldMemberships = #"""
        CREATE TABLE kept AS SELECT * FROM "userorganization";
        DROP TABLE "userorganization";
        CREATE TABLE "userorganization" (
            "id" {id}, "user" INTEGER NOT NULL, "organization" INTEGER NOT NULL, "role" VARCHAR(255) NOT NULL,
            "created_at" {timestamp} NOT NULL);
        CREATE INDEX "userorganization_user" ON "userorganization" ("user");
        CREATE INDEX "userorganization_organization" ON "userorganization" ("organization");
        CREATE UNIQUE INDEX "userorganization_user_organization" ON "userorganization" ("user", "organization");
        INSERT INTO "userorganization" SELECT id, user_id, organization_id, role, created_at FROM kept;
        DROP TABLE kept
        """#

    /// What is left of a hub before it had accounts.
    private static let noAccounts = #"""
        DROP TABLE "userorganization"; DROP TABLE "organization"; DROP TABLE "session"; DROP TABLE "token";
        DROP TABLE "emailverification"; DROP TABLE "user";
        CREATE TABLE "user" ("id" {id}, "username" VARCHAR(255) NOT NULL);
        DROP INDEX "repository_owner_id"; ALTER TABLE "repository" DROP COLUMN "owner_id"
        """#

    private struct Upgraded {
        var before: DatabaseContents
        var findings: [Finding]
        var report: RunReport
        var after: DatabaseContents
        var schema: SchemaLines
    }

    private func upgrade(
        _ fixture: String, on backend: TestBackend, after changes: String...
    ) throws -> Upgraded {
        try backend.withDatabase { database in
            try Fixture(fixture).load(into: database)
            let connection = try database.connect()
            for change in changes { try connection.execute(backend.dialect.spelling(change)) }
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection, exampleLimit: .max)
            let plan = try runner.plan(for: .run(to: .newest))
            #expect(try DatabaseContents(of: connection) == before)
            let report = try runner.execute(plan)
            return Upgraded(
                before: before, findings: plan.findings, report: report, after: try DatabaseContents(of: connection),
                schema: try SchemaLines(of: connection))
        }
    }

    private func expectNewest(_ upgraded: Upgraded, on backend: TestBackend) throws {
        let expected = try SchemaLines(version: Catalogue.kohakuHub.newest, backend: backend)
        #expect(upgraded.schema.differences(from: expected) == [])
        #expect(upgraded.report.migrations.flatMap(\.tables).filter { !$0.isConserved } == [])
    }

    /// Version 7 is such a hub where scripts went past the change.
    @Test(
        "keep every membership, as if its columns had had their later names", arguments: TestBackend.allCases,
        ["v00", "v07"])
    func memberships(_ backend: TestBackend, _ fixture: String) throws {
        let plain = try upgrade(fixture, on: backend)
        let old = try upgrade(fixture, on: backend, after: Self.oldMemberships)
        try expectNewest(old, on: backend)
        #expect(!old.before["userorganization"].isEmpty)
        #expect(old.before["userorganization"].count == plain.before["userorganization"].count)
        for table in Catalogue.kohakuHub.canonicalTables.map(\.name) {
            #expect(old.after[table] == plain.after[table], "\(table)")
        }
        #expect(old.after.quarantined.map(\.reason) == plain.after.quarantined.map(\.reason))
        #expect(old.findings == plain.findings)
    }

    @Test("keep memberships whose columns are foreign keys", arguments: TestBackend.allCases)
    func keyedMemberships(_ backend: TestBackend) throws {
        let sound = #"""
            DELETE FROM "userorganization" WHERE "user_id" NOT IN (SELECT "id" FROM "user")
                OR "organization_id" NOT IN (SELECT "id" FROM "organization")
            """#
        let keyed = Self.oldMemberships
            .replacing(#""user" INTEGER NOT NULL"#, with: #""user" INTEGER NOT NULL REFERENCES "user" ("id")"#)
            .replacing(
                #""organization" INTEGER NOT NULL"#,
                with: #""organization" INTEGER NOT NULL REFERENCES "organization" ("id")"#)
        let plain = try upgrade("v00", on: backend, after: sound)
        let old = try upgrade("v00", on: backend, after: sound, keyed)
        try expectNewest(old, on: backend)
        #expect(!old.after["userorganization"].isEmpty)
        #expect(old.after["userorganization"] == plain.after["userorganization"])
    }

    @Test("put memberships of nobody into quarantine, as is told before", arguments: TestBackend.allCases)
    func orphans(_ backend: TestBackend) throws {
        let plain = try upgrade("v00", on: backend)
        let old = try upgrade(
            "v00", on: backend,
            after: Self.oldMemberships,
            #"""
            INSERT INTO "userorganization" ("id", "user", "organization", "role", "created_at")
            SELECT 9001, 9999, "organization", "role", "created_at" FROM "userorganization" WHERE "id" = (
                SELECT min("id") FROM "userorganization")
            """#)
        #expect(old.findings.contains { $0.table == "userorganization" && $0.examples == ["id 9001"] })
        #expect(old.after["userorganization"].map(\.id) == plain.after["userorganization"].map(\.id))
        let rows = old.after.quarantined(from: "userorganization").filter { $0.sourceID == 9001 }
        #expect(rows.map(\.reason) == ["user 9999 no longer exists"])
        let report = try #require(
            old.report.migrations.flatMap(\.tables).first { $0.table == "userorganization" })
        #expect(report.rowsIn == report.rowsOut + report.quarantined)
    }

    @Test("get organizations where there were none yet", arguments: TestBackend.allCases)
    func noOrganizations(_ backend: TestBackend) throws {
        let none = #"DELETE FROM "userorganization"; DELETE FROM "organization""#
        let plain = try upgrade("v00", on: backend, after: none)
        let old = try upgrade(
            "v00", on: backend, after: #"DROP TABLE "userorganization"; DROP TABLE "organization""#)
        try expectNewest(old, on: backend)
        for table in Catalogue.kohakuHub.canonicalTables.map(\.name) {
            #expect(old.after[table] == plain.after[table], "\(table)")
        }
        #expect(old.findings == plain.findings)
    }

    @Test("are too old without accounts, and stay as they are", arguments: TestBackend.allCases)
    func noAccounts(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v00").load(into: database)
            let connection = try database.connect()
            try connection.execute(backend.dialect.spelling(Self.noAccounts))
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            for change in [{ try runner.run(to: .newest) }, { try runner.repair() }, { try runner.initialize() }] {
                let error = try #require(throws: MigrationError.self) { _ = try change() }
                #expect(error.code == .schemaDiffers)
                #expect(
                    error.message
                        == """
                        this hub is older than every version that can be upgraded: column user.email is missing and column \
                        user.password_hash is missing
                        """)
            }
            #expect(try Assessment(of: connection, catalogue: .kohakuHub).word == "unsupported")
            #expect(try DatabaseContents(of: connection) == before)
        }
    }
}
