import Migrations
import MigrationsTesting
import Testing

@Suite("008 keeps what deleted users left behind")
struct DeletedUsers {
    @Test("in quarantine, with the reason", arguments: TestBackend.allCases)
    func quarantine(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        let living = Set(database.before["user"].map(\.id))
        let columns = [
            ("token", "user_id"), ("session", "user_id"), ("sshkey", "user_id"), ("emailverification", "user"),
            ("commit", "user_id"), ("invitation", "created_by"),
        ]
        for (table, column) in columns {
            let orphans = database.ids(table) { !living.contains($0[column]?.integer ?? 0) }
            #expect(!orphans.isEmpty, "the fixture has none in \(table)")
            #expect(database.quarantinedIDs(table).isSuperset(of: orphans), "\(table)")
        }
        #expect(database.after.quarantined.filter { $0.reason.isEmpty } == [])
        #expect(database.after.quarantined(from: "token").contains { $0.reason.contains("user 8") })
    }

    @Test("or with NULL for who used an invitation", arguments: TestBackend.allCases)
    func usedInvitation(_ backend: TestBackend) throws {
        let database = try Refactored(backend, arranging: #"UPDATE "invitation" SET "used_by" = 8 WHERE "id" = 6"#)
        let invitation = try #require(database.row(6, of: "invitation"))
        #expect(invitation["used_by_id"] == .null)
    }
}
