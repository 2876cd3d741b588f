import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Foreign keys to the hub's tables from another schema, which its own tables may have their names in.
@Suite("A table of another schema that references the hub's")
struct OutsideReferences {
    private static let notes = #"""
        CREATE SCHEMA "My schema";
        CREATE TABLE "My schema"."file" ("Who" integer, "hash" text);
        ALTER TABLE "My schema"."file" ADD CONSTRAINT "Own key" FOREIGN KEY ("Who") REFERENCES "user" ("id")
            ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
        COMMENT ON CONSTRAINT "Own key" ON "My schema"."file" IS 'it''s mine';
        INSERT INTO "My schema"."file" SELECT min("id"), 'x' FROM "user";
        """#

    private func keys(_ connection: any DatabaseConnection) throws -> [String] {
        try connection.query(
            """
            SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) || obj_description(oid, 'pg_constraint')
            FROM pg_constraint WHERE conname = 'Own key'
            """
        ).compactMap { $0[0].text }
    }

    @Test("keeps its foreign key", arguments: ["v00", "v05", "v07", "v07upgraded", "v12", "v15"])
    func kept(_ fixture: String) throws {
        for verb in DamagedHub.Verb.allCases {
            try DamagedHub(backend: .postgresql, fixture: fixture, damage: Self.notes).open {
                connection, runner throws in
                let before = try keys(connection)
                #expect(before.count == 1)
                // So that a repair has something to do.
                if fixture == "v15" { try connection.execute(#"DROP INDEX "token_token_hash""#) }
                #expect(try verb(runner).version == 15)
                #expect(try keys(connection) == before)
                #expect(try connection.countRows(in: "user") > 0)
                #expect(
                    try connection.integer(#"SELECT count(*) FROM "My schema"."file" WHERE "Who" IS NOT NULL"#) == 1)
            }
        }
    }

    @Test("is named before any change when its rows reference rows that are quarantined")
    func quarantined() throws {
        let sql = #"""
            CREATE SCHEMA "x"; CREATE TABLE "x"."note" ("session" integer REFERENCES "session" ("id"));
            UPDATE "session" SET "user_id" = 77777 WHERE "id" = (SELECT min("id") FROM "session");
            INSERT INTO "x"."note" SELECT min("id") FROM "session"
            """#
        let error = try DamagedHub(backend: .postgresql, fixture: "v07", damage: sql).stopped(by: .run)
        #expect(error.findings.filter { $0.severity == .error }.map(\.code) == ["own_reference"])
        #expect(error.findings.first { $0.code == "own_reference" }?.table == "x.note")
    }

    @Test("is named before any change when it references the table of organizations")
    func organizations() throws {
        let sql = #"CREATE SCHEMA "x"; CREATE TABLE "x"."note" ("org" integer REFERENCES "organization" ("id"))"#
        let error = try DamagedHub(backend: .postgresql, fixture: "v05", damage: sql).stopped(by: .run)
        #expect(error.code == .checkFailed)
        #expect(
            error.findings.flatMap(\.examples) == [
                "foreign key note_org_fkey of x.note: FOREIGN KEY (org) REFERENCES organization(id)"
            ])
    }
}
