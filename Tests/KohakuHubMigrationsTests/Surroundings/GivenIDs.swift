import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Conversion tools and guides make identity columns of serial ones; `GENERATED ALWAYS` refuses ids that a statement gives.
@Suite("Ids that PostgreSQL makes always")
struct GivenIDs {
    private func hub(_ version: String, _ body: (any DatabaseConnection) throws -> Void) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            let tables = try connection.query(
                """
                SELECT table_name::text FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'id' ORDER BY 1
                """
            ).compactMap { $0[0].text }
            #expect(tables.contains("file") && tables.contains("token"))
            for table in tables { try makeIdentity(of: table, connection) }
            try body(connection)
        }
    }

    private func makeIdentity(of table: String, _ connection: any DatabaseConnection) throws {
        let name = table.quotedIdentifier
        let next = try connection.integer("SELECT coalesce(max(id), 0) + 1 FROM \(name)")
        try connection.execute(
            """
            ALTER TABLE \(name) ALTER id DROP DEFAULT; DROP SEQUENCE IF EXISTS "\(table)_id_seq";
            ALTER TABLE \(name) ALTER id ADD GENERATED ALWAYS AS IDENTITY (START WITH \(next))
            """)
    }

    private func ids(_ contents: DatabaseContents, _ table: String) -> Set<DatabaseValue> {
        Set(contents[table].compactMap { $0["id"] })
    }

    @Test("stay those of their rows in a run", arguments: ["v00", "v07"])
    func run(_ version: String) throws {
        try hub(version) { connection in
            let before = try DatabaseContents(of: connection)
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let after = try DatabaseContents(of: connection)
            for table in ["file", "token", "commit", "repository", "session"] where !before[table].isEmpty {
                let gone = Set(
                    after["kohaku_quarantine"].filter { $0["source_table"] == .text(table) }.compactMap {
                        $0["source_id"]
                    })
                #expect(ids(before, table).isSubset(of: ids(after, table).union(gone)), "\(table)")
            }
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
        }
    }

    @Test("stay those of their rows in a repair, and in what is released from quarantine")
    func repair() throws {
        try hub("v15") { connection in
            let tokens = try DatabaseContents(of: connection)["token"]
            let count = tokens.count
            try connection.execute(
                """
                ALTER TABLE token DROP CONSTRAINT IF EXISTS token_user_id_fkey;
                ALTER TABLE token ALTER user_id DROP NOT NULL
                """)
            let lost = try connection.integer("SELECT min(id) FROM token")
            let user = try connection.integer("SELECT user_id FROM token WHERE id = \(lost)")
            try connection.execute("UPDATE token SET user_id = NULL WHERE id = \(lost)")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).repair()
            let repaired = try DatabaseContents(of: connection)
            #expect(repaired["token"].count == count - 1)
            #expect(ids(repaired, "token") == Set(tokens.compactMap { $0["id"] }).subtracting([.integer(lost)]))
            #expect(repaired["kohaku_quarantine"].map { $0["source_id"] } == [.integer(lost)])
            try connection.execute(
                """
                UPDATE kohaku_quarantine
                SET row_json = (row_json::jsonb || jsonb_build_object('user_id', \(user)))::text
                """)
            #expect(try QuarantineRelease.release(nil, of: connection).map(\.row.sourceID) == [lost])
            #expect(try ids(DatabaseContents(of: connection), "token") == Set(tokens.compactMap { $0["id"] }))
            // What the hub adds then gets an id of its own.
            try connection.execute(
                "INSERT INTO token (user_id, token_hash, name, created_at) VALUES (\(user), 'new', 'new', now())")
            #expect(try connection.countRows(in: "token") == count + 1)
        }
    }
}
