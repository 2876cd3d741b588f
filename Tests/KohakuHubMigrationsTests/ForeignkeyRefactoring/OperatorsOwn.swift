import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("008 carries along what is the operator's own")
struct OperatorsOwn {
    private let sql = """
        ALTER TABLE "user" ADD COLUMN "department" TEXT;
        UPDATE "user" SET "department" = 'research' WHERE "id" = 5;
        CREATE INDEX "own_department" ON "user" ("department");
        ALTER TABLE "organization" ADD COLUMN "country" TEXT;
        UPDATE "organization" SET "country" = 'JP' WHERE "id" = 5;
        CREATE TABLE "badge" (
            "id" INTEGER PRIMARY KEY,
            "user_id" INTEGER NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
            "label" TEXT
        );
        INSERT INTO "badge" VALUES (1, 5, 'founder');
        CREATE VIEW "active_users" AS SELECT "id", "username" FROM "user" WHERE "is_active" = true;
        """

    @Test("columns with their values", arguments: TestBackend.allCases)
    func columns(_ backend: TestBackend) throws {
        let database = try Refactored(backend, arranging: sql)
        #expect(database.row(5, of: "user")?["department"] == "research")
        #expect(database.user("団体")?["country"] == "JP")
        #expect(database.user("kuha_net")?["country"] == .null)
    }

    @Test("columns of organizations without their defaults, which users must not get", arguments: TestBackend.allCases)
    func defaults(_ backend: TestBackend) throws {
        let counted =
            """
            ALTER TABLE "organization" ADD COLUMN "code" TEXT;
            CREATE SEQUENCE "codes" OWNED BY "organization"."code";
            ALTER TABLE "organization" ALTER COLUMN "code" SET DEFAULT 'C-' || nextval('codes');
            UPDATE "organization" SET "code" = 'C-' || nextval('codes');
            """
        let plain = #"ALTER TABLE "organization" ADD COLUMN "code" TEXT DEFAULT 'C-1';"#
        try Refactored.migrating(backend, arranging: backend == .sqlite ? plain : counted) { _, connection in
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(8))
            let code = try connection.readSchema().column("user", "code")
            #expect(code?.isNullable == true)
            #expect(code?.defaultValue == nil)
            #expect(
                try connection.integer(#"SELECT count(*) FROM "user" WHERE "is_org" = true AND "code" LIKE 'C-%'"#) > 0)
        }
    }

    @Test("tables, indexes and views", arguments: TestBackend.allCases)
    func objects(_ backend: TestBackend) throws {
        try Refactored.migrating(backend, arranging: sql) { before, connection in
            let active = try connection.query(#"SELECT "id" FROM "active_users" ORDER BY "id""#)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(8))
            let schema = try connection.readSchema()
            #expect(try DatabaseContents(of: connection)["badge"] == before["badge"])
            #expect(schema.tables["badge"]?.foreignKeys.map(\.referencedTable) == ["user"])
            #expect(schema.tables["badge"]?.foreignKeys.map(\.onDelete) == ["CASCADE"])
            #expect(schema.tables["user"]?.index("own_department")?.columns == ["department"])
            let organizations = try connection.integer(#"SELECT count(*) FROM "user" WHERE "is_org" = true"#)
            let now = try connection.query(#"SELECT "id" FROM "active_users" ORDER BY "id""#)
            #expect(now.prefix(active.count) == active[...])
            #expect(now.count == active.count + Int(organizations))
        }
    }

    @Test("and mentions it after a whole run", arguments: TestBackend.allCases)
    func mentioned(_ backend: TestBackend) throws {
        try Refactored.migrating(backend, arranging: sql) { _, connection in
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let mentioned = report.mentioned.map { [$0.kind.rawValue, $0.table, $0.name ?? ""].joined(separator: " ") }
            #expect(
                Set(mentioned) == [
                    "ownTable badge ", "ownColumn user department", "ownColumn user country",
                    "ownIndex user own_department",
                ])
        }
    }
}
