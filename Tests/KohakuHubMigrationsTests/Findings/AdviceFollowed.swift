import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Does literally what a finding says, and counts the rows.
@Suite("Who follows the advice of 008 loses nothing")
struct AdviceFollowed {
    @Test("with a table of one's own that references organizations", arguments: TestBackend.allCases)
    func ownReference(_ backend: TestBackend) throws {
        let sql = """
            CREATE TABLE "desk" (
                "id" INTEGER PRIMARY KEY, "organization_id" INTEGER,
                CONSTRAINT "desk_organization" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"));
            INSERT INTO "desk" SELECT "id", "id" FROM "organization"
            """
        try Refactored.migrating(backend, arranging: sql) { before, connection in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            try expectStop(runner, "own_reference", advising: "Add a column to each that holds the organization's name")
            // The name beside the id, and no foreign key.
            try connection.execute(
                """
                ALTER TABLE "desk" ADD COLUMN "name" TEXT;
                UPDATE "desk" SET "name" = (SELECT g."name" FROM "organization" AS g WHERE g."id" = "organization_id")
                """)
            try connection.execute(
                backend == .postgresql
                    ? #"ALTER TABLE "desk" DROP CONSTRAINT "desk_organization""#
                    : """
                    CREATE TABLE "desk_copy" AS SELECT * FROM "desk"; DROP TABLE "desk";
                    ALTER TABLE "desk_copy" RENAME TO "desk"
                    """)
            _ = try runner.run(to: .newest)
            try connection.execute(
                """
                UPDATE "desk" SET "organization_id" = (SELECT u."id" FROM "user" AS u WHERE u."username" = "desk"."name")
                """)
            let organizations = try connection.query(
                """
                SELECT d."id", u."username" FROM "desk" AS d JOIN "user" AS u ON u."id" = d."organization_id"
                WHERE u."is_org" = true ORDER BY d."id"
                """)
            let expected = before["organization"].sorted { $0.id < $1.id }.map { $0["name"]?.text }
            #expect(organizations.map { $0[1].text } == expected)
            #expect(!expected.isEmpty)
        }
    }

    @Test("with rows that came twice", arguments: TestBackend.allCases)
    func duplicates(_ backend: TestBackend) throws {
        let sql = """
            DROP INDEX "file_repo_full_id_path_in_repo";
            INSERT INTO "file" ("id", "repo_full_id", "path_in_repo", "size", "sha256", "lfs", "created_at", "updated_at")
            SELECT 9000 + "id", "repo_full_id", "path_in_repo", "size", "sha256", "lfs", "created_at", "updated_at"
            FROM "file"
            """
        let sound = try Refactored(backend)
        try Refactored.migrating(backend, arranging: sql) { before, connection in
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            try expectStop(runner, "duplicate_rows", advising: "delete those that are the same row twice")
            try connection.execute(#"DELETE FROM "file" WHERE "id" > 9000"#)
            _ = try runner.run(to: .upTo(8))
            let after = try DatabaseContents(of: connection)
            #expect(after["file"].count == sound.after["file"].count)
            #expect(after.quarantined.count == sound.after.quarantined.count)
        }
    }

    private func expectStop(_ runner: Runner, _ code: String, advising advice: String) throws {
        let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
        let finding = try #require(error.findings.first { $0.severity == .error })
        #expect(finding.code == code)
        #expect(finding.action?.contains(advice) == true, "\(finding.action ?? "")")
    }
}
