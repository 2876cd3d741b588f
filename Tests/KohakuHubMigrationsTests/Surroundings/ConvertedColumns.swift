import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Hubs on PostgreSQL whose columns a conversion tool or an operator gave other types.
@Suite("Columns of other types")
struct ConvertedColumns {
    private func withHub(
        _ version: String, _ sql: String, _ body: (Runner, any DatabaseConnection) throws -> Void
    ) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            try connection.execute(sql)
            try body(Runner(catalogue: .kohakuHub, connection: connection), connection)
        }
    }

    /// Upgrades a hub after some SQL, and holds it against the upgrade of the same hub without.
    private func expectSame(_ version: String, after sql: String, but changed: [String] = []) throws {
        try withHub(version, sql) { runner, connection in
            _ = try runner.run(to: .newest)
            let expected = try SchemaLines(version: Upgrade.newest, backend: .postgresql)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            let reference = try Upgrade(backend: .postgresql, fixture: Fixture(version), target: Upgrade.newest)
                .outcome().after
            let after = try DatabaseContents(of: connection)
            #expect(after.rowCounts == reference.rowCounts)
            for table in reference.tables.keys where table != Quarantine.kohakuHub.table {
                func rows(_ contents: DatabaseContents) -> [DatabaseContents.Row] {
                    contents[table].map { row in row.filter { !changed.contains("\(table).\($0.key)") } }
                }
                #expect(rows(after) == rows(reference), "\(table)")
            }
        }
    }

    /// Gives every boolean column another type.
    private func booleans(as type: String, _ value: String) -> String {
        """
        DO $$ DECLARE r record; BEGIN
            FOR r IN SELECT table_name t, column_name c FROM information_schema.columns
                WHERE table_schema = 'public' AND data_type = 'boolean' LOOP
                EXECUTE format('ALTER TABLE %I ALTER %I TYPE \(type) USING \(value)', r.t, r.c, r.c);
            END LOOP;
        END $$
        """
    }

    @Test(
        "are converted when they hold booleans as numbers or texts", arguments: ["v07", "v12"], ["bigint", "text"])
    func booleans(_ version: String, _ type: String) throws {
        try expectSame(version, after: booleans(as: type, type == "text" ? "%I::text" : "%I::int"))
    }

    @Test(
        "are converted where every value fits",
        arguments: [
            (
                #"""
                CREATE DOMAIN name_of_account AS text; CREATE DOMAIN yes AS boolean;
                ALTER TABLE "user" ALTER "username" TYPE name_of_account, ALTER "is_active" TYPE yes,
                    ALTER "avatar" TYPE text USING encode("avatar", 'base64');
                ALTER TABLE "file" ALTER "sha256" TYPE character(255);
                ALTER TABLE "session" ALTER "created_at" TYPE text, ALTER "user_id" TYPE text;
                ALTER TABLE "repository" ALTER "owner_id" TYPE numeric(20, 0), ALTER "id" TYPE bigint
                """#, [String]()
            ),
            (
                #"""
                UPDATE "invitation" SET "parameters" = '{}' WHERE "parameters" !~ '^[{]' OR "parameters" ~ 'not';
                ALTER TABLE "invitation" ALTER "parameters" TYPE jsonb USING "parameters"::jsonb;
                ALTER TABLE "user" ALTER "avatar" TYPE text USING "avatar"::text, DROP "full_name",
                    ADD "full_name" varchar(255) GENERATED ALWAYS AS (left("username", 250)) STORED
                """#, ["invitation.parameters", "user.full_name"]
            ),
        ])
    func fitting(_ change: String, _ changed: [String]) throws {
        try expectSame("v07", after: change, but: changed)
    }

    @Test(
        "are named with the rows whose values do not fit, and nothing is changed",
        arguments: ["v07", "v15"],
        [
            (
                "file.path_in_repo",
                """
                ALTER TABLE "file" ALTER "path_in_repo" TYPE text;
                UPDATE "file" SET "path_in_repo" = repeat('x', 256) WHERE "id" = (SELECT min("id") FROM "file")
                """
            ),
            (
                "user.is_active",
                """
                ALTER TABLE "user" ALTER "is_active" TYPE bigint USING "is_active"::int;
                UPDATE "user" SET "is_active" = 2 WHERE "id" = (SELECT min("id") FROM "user")
                """
            ),
            (
                "token.id",
                """
                ALTER TABLE "token" ALTER "id" TYPE bigint;
                UPDATE "token" SET "id" = 3000000000 WHERE "id" = (SELECT min("id") FROM "token")
                """
            ),
            (
                "user.avatar",
                """
                ALTER TABLE "user" ALTER "avatar" TYPE text USING encode("avatar", 'base64');
                UPDATE "user" SET "avatar" = 'https://x' WHERE "id" = (SELECT min("id") FROM "user")
                """
            ),
        ])
    func misfits(_ version: String, _ change: (column: String, sql: String)) throws {
        try withHub(version, change.sql) { runner, connection in
            let before = try LogicalDump(of: connection)
            let preview = try Runner(catalogue: .kohakuHub, connection: connection).plan(for: .run(to: .newest))
            #expect(preview.findings.contains { $0.code == "column_values" })
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.findings.map(\.code) == ["column_values"])
            #expect(error.findings.first?.count == 1)
            #expect(error.findings.first?.message.contains(change.column) == true)
            #expect(error.committed.isEmpty)
            #expect(try LogicalDump(of: connection).differences(from: before) == [])
        }
    }

    @Test("need no room for ids of rows of no use: organizations get ids below them", arguments: ["integer", "bigint"])
    func orphans(_ type: String) throws {
        let id = type == "integer" ? Int64(Int32.max) : 3_000_000_000
        let sql = """
            ALTER TABLE "token" ALTER "user_id" TYPE \(type);
            INSERT INTO "token" ("user_id", "token_hash", "name", "created_at") VALUES (\(id), 'x', 'x', now())
            """
        try withHub("v07", sql) { runner, connection in
            let before = try DatabaseContents(of: connection)
            _ = try runner.run(to: .newest)
            let after = try DatabaseContents(of: connection)
            #expect(after["user"].count == before["user"].count + before["organization"].count)
            #expect(after.quarantined(from: "token").contains { $0.values["user_id"] == .number(Double(id)) })
            #expect(try connection.integer(#"SELECT max("id") FROM "user""#) < Int64(Int32.max))
        }
    }
}
