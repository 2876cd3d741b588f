import Migrations
import MigrationsTesting
import Testing

@Suite("008 lets invitations lead to the organization that became a user")
struct Invitations {
    private func parameters(_ text: String, action: String = "join_org") -> String {
        #"UPDATE "invitation" SET "action" = '\#(action)', "parameters" = '\#(text)' WHERE "id" = 5"#
    }

    @Test("by its new id", arguments: TestBackend.allCases, ["join_org", "register_account"])
    func remapped(_ backend: TestBackend, _ action: String) throws {
        let database = try Refactored(
            backend, arranging: parameters(#"{ "role":"admin",  "org_id" : 3, "é": [1.50, null] }"#, action: action))
        let id = try #require(database.user("midevko")).id
        #expect(
            database.row(5, of: "invitation")?["parameters"]
                == .text(#"{ "role":"admin",  "org_id" : \#(id), "é": [1.50, null] }"#))
    }

    @Test(
        "and leaves alone what names none",
        arguments: TestBackend.allCases, [#"{"org_id": null}"#, "{}", "", "{not json", #"["org_id", 3]"#])
    func untouched(_ backend: TestBackend, _ text: String) throws {
        let database = try Refactored(backend, arranging: parameters(text))
        #expect(database.row(5, of: "invitation")?["parameters"] == .text(text))
    }

    @Test("but quarantines those to an organization that is gone", arguments: TestBackend.allCases)
    func gone(_ backend: TestBackend) throws {
        let database = try Refactored(backend, arranging: parameters(#"{"org_id": 9999}"#))
        #expect(database.quarantinedIDs("invitation").contains(5))
    }
}
