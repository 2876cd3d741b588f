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

    /// The statements that leave only one of the columns with its later name.
    private static let halfRenamed = [
        #"ALTER TABLE "userorganization" RENAME COLUMN "user" TO "user_id""#,
        #"ALTER TABLE "userorganization" RENAME COLUMN "organization" TO "organization_id""#,
    ]

    @Test(
        "keep every membership where only one of its columns was renamed", arguments: TestBackend.allCases,
        ["v00", "v07"].flatMap { fixture in halfRenamed.map { (fixture, $0) } })
    func halfRenamedMemberships(_ backend: TestBackend, _ start: (fixture: String, renaming: String)) throws {
        let plain = try upgrade(start.fixture, on: backend)
        let old = try upgrade(start.fixture, on: backend, after: Self.oldMemberships, start.renaming)
        try expectNewest(old, on: backend)
        #expect(!old.after["userorganization"].isEmpty)
        #expect(old.after["userorganization"] == plain.after["userorganization"])
        #expect(old.after.quarantined.map(\.reason) == plain.after.quarantined.map(\.reason))
        #expect(old.findings == plain.findings)
    }

    /// Adds the later columns beside the first ones, each with the value of every second row.
    private static let bothColumns =
        oldMemberships + #"""
            ; ALTER TABLE "userorganization" ADD COLUMN "user_id" INTEGER;
            ALTER TABLE "userorganization" ADD COLUMN "organization_id" INTEGER;
            UPDATE "userorganization" SET "user_id" = "user" WHERE "id" % 2 = 0;
            UPDATE "userorganization" SET "organization_id" = "organization" WHERE "id" % 2 = 1
            """#

    @Test(
        "keep every membership that has its first and its later columns", arguments: TestBackend.allCases,
        ["v00", "v07"])
    func membershipsWithBoth(_ backend: TestBackend, _ fixture: String) throws {
        let plain = try upgrade(fixture, on: backend)
        let old = try upgrade(fixture, on: backend, after: Self.bothColumns)
        try expectNewest(old, on: backend)
        #expect(!old.after["userorganization"].isEmpty)
        #expect(old.after["userorganization"] == plain.after["userorganization"])
        #expect(old.after.quarantined.map(\.reason) == plain.after.quarantined.map(\.reason))
    }

    @Test("stay as they are where first and later columns differ: each row is named", arguments: TestBackend.allCases)
    func contradictoryMemberships(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v00").load(into: database)
            let connection = try database.connect()
            try connection.execute(backend.dialect.spelling(Self.bothColumns))
            try connection.execute(
                #"UPDATE "userorganization" SET "user" = 4, "user_id" = 5 WHERE "id" = 2"#)
            let before = try DatabaseContents(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            #expect(
                try runner.plan(for: .run(to: .newest)).findings.filter { $0.severity == .error }.map(\.examples)
                    == [["id 2: user 4, user_id 5"]])
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["contradictory_columns"])
            #expect(try DatabaseContents(of: connection) == before)
            // What it advises.
            try connection.execute(#"UPDATE "userorganization" SET "user_id" = NULL WHERE "id" = 2"#)
            #expect(try runner.run(to: .newest).version == Catalogue.kohakuHub.newest)
            #expect(
                try connection.integer(#"SELECT count(*) FROM "userorganization" WHERE "id" = 2 AND "user_id" = 4"#)
                    == 1)
        }
    }

    @Test("put names in the place of ids into quarantine for what they are: SQLite stores them")
    func namesForIDs() throws {
        let plain = try upgrade("v00", on: .sqlite)
        let old = try upgrade(
            "v00", on: .sqlite,
            after: Self.oldMemberships,
            #"""
            INSERT INTO "userorganization" ("id", "user", "organization", "role", "created_at")
            SELECT 9001, "username", 1, 'admin', '2025-09-01 00:00:00' FROM "user" WHERE "id" = 2;
            INSERT INTO "userorganization" ("id", "user", "organization", "role", "created_at")
            SELECT 9002, 2, "name", 'admin', '2025-09-01 00:00:00' FROM "organization"
            WHERE "id" = (SELECT min("id") FROM "organization")
            """#,
            #"UPDATE "token" SET "user_id" = 'it''s' WHERE "id" = 1"#)
        #expect(old.after["userorganization"].map(\.id) == plain.after["userorganization"].map(\.id))
        let user = try #require(old.before["user"].first { $0.id == 2 }?["username"]?.text)
        let organization = try #require(old.before["organization"].min { $0.id < $1.id }?["name"]?.text)
        #expect(
            old.after.quarantined(from: "userorganization").filter { $0.sourceID >= 9001 }.map(\.reason)
                == ["user_id is no id: '\(user)'", "organization_id is no id: '\(organization)'"])
        #expect(
            old.after.quarantined(from: "token").filter { $0.sourceID == 1 }.map(\.reason) == [
                "user_id is no id: 'it''s'"
            ])
        #expect(
            old.findings.filter { $0.message.hasSuffix("is no id.") }.map(\.message).sorted() == [
                "1 row of token will be quarantined: user_id is no id.",
                "1 row of userorganization will be quarantined: organization_id is no id.",
                "1 row of userorganization will be quarantined: user_id is no id.",
            ])
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
