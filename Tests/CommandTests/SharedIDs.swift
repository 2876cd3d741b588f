import Migrations
import MigrationsTesting
import Testing

/// Tables that have lost their primary key, with an id that two rows have.
@Suite("An id of two rows")
struct SharedIDs {
    @Test(
        "stops each verb that would change something, with 4", arguments: TestBackend.allCases,
        ["user", "organization", "repository", "file", "invitation"])
    func old(_ backend: TestBackend, _ table: String) throws {
        try stops(backend, "v07", table, version: 8)
    }

    @Test("also at the newest version", arguments: TestBackend.allCases, ["user", "file"])
    func newest(_ backend: TestBackend, _ table: String) throws {
        try stops(backend, "v15", table, version: nil)
    }

    private func stops(_ backend: TestBackend, _ fixture: String, _ table: String, version: Int?) throws {
        try backend.withHub(fixture) { hub in
            try loseKey(of: table, hub)
            let before = try hub.snapshot()
            for verb in [["plan", "--repair"], ["repair", "--yes"], ["run", "--yes"]] {
                let outcome = try hub.command.run(verb)
                #expect(outcome.status == 4, "\(verb): \(outcome.errors)")
                let text = (outcome.output + outcome.errors).split { $0.isWhitespace }.joined(separator: " ")
                #expect(text.contains("Table \(table) has no primary key, and 1 id is NULL or not unique"))
            }
            // Looking and the quarantine go on working.
            #expect(try hub("plan").status == 4)
            #expect(try hub("status").status == 0)
            #expect(try hub("verify").status == 3)
            #expect(try hub("quarantine", "list").status == 0)
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("is no stop when each row has got its own", arguments: TestBackend.allCases)
    func mended(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let users = try hub.database.connect().countRows(in: "user")
            let organizations = try hub.database.connect().countRows(in: "organization")
            try loseKey(of: "user", hub)
            // What the advice says: an id, a name and an address of its own.
            try hub.database.connect().execute(
                backend == .sqlite
                    ? #"""
                    UPDATE "user" SET "id" = 990, "username" = 'other', "email" = 'other'
                    WHERE rowid = (SELECT max(rowid) FROM "user")
                    """#
                    : #"""
                    UPDATE "user" SET "id" = 990, "username" = 'other', "email" = 'other'
                    WHERE ctid = (SELECT max(ctid) FROM "user")
                    """#)
            try hub.expect(0, "run", "--yes")
            try hub.expect(0, "verify")
            #expect(try hub.database.connect().countRows(in: "user") == users + organizations + 1)
        }
    }

    /// Makes a table anew without its key and indexes, with one row twice.
    private func loseKey(of table: String, _ hub: Hub) throws {
        let name = table.quotedIdentifier
        let cascade = hub.database.backend == .postgresql ? " CASCADE" : ""
        try hub.database.connect().execute(
            """
            CREATE TABLE kohaku_copy AS SELECT * FROM \(name);
            INSERT INTO kohaku_copy SELECT * FROM \(name) ORDER BY "id" LIMIT 1;
            DROP TABLE \(name)\(cascade);
            ALTER TABLE kohaku_copy RENAME TO \(name)
            """)
    }
}
