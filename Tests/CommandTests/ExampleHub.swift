import Migrations
import MigrationsTesting
import Testing

/// The sample of `make demo`: a hub of the first version and what becomes of it.
@Suite("The example hub")
struct ExampleHub {
    private func withExample(_ body: (Hub) throws -> Void) throws {
        try TestBackend.sqlite.withHub { hub in
            try hub.database.connect().execute(Repository.text("Examples/old-hub.sql"))
            try body(hub)
        }
    }

    @Test("It has the tables of the first version")
    func firstVersion() throws {
        let kept = try TestBackend.sqlite.withDatabase { database in
            try database.load(Repository.fixture("v00", .sqlite))
            return try database.connect().readSchema().tables
        }
        try withExample { hub in
            let made = try hub.snapshot().tables
            #expect(made == kept)
        }
    }

    @Test("The upgrade keeps every row, in its table or in quarantine")
    func upgrade() throws {
        try withExample { hub in
            try hub.expect(0, "run", "--yes")
            try hub.expect(0, "verify")
            let contents = try hub.snapshot().contents
            #expect(
                contents["kohaku_quarantine"].map { "\($0["source_table"]?.text ?? "") \($0["reason"]?.text ?? "")" }
                    == [
                        "emailverification user 4 no longer exists",
                        "session user 4 no longer exists",
                        "token user 4 no longer exists",
                        "stagingupload there is no model mika/removed",
                    ])
            #expect(contents["user"].count == 8)
            #expect(contents["file"].count == 6)
        }
    }

    @Test("An organization gets an id above every user's and its normalized name after the users'")
    func organizations() throws {
        try withExample { hub in
            try hub.expect(0, "run", "--yes")
            let users = try hub.database.connect().query(
                #"SELECT "id", "username", "normalized_name" FROM "user" WHERE "is_org" ORDER BY "id""#)
            #expect(
                users.map(\.values) == [
                    [.integer(8), .text("aurora"), .text("aurora")],
                    [.integer(9), .text("mika_lab"), .text("mikalab~9")],
                ])
        }
    }

    @Test("The default owner gives way to the user of the namespace")
    func owner() throws {
        try withExample { hub in
            try hub.expect(0, "run", "--yes")
            let owner = try hub.database.connect().integer(#"SELECT "owner_id" FROM "repository" WHERE "id" = 3"#)
            #expect(owner == 2)
        }
    }
}
