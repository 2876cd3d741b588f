/// The parameters of an invitation in every shape, made for the id of an organization.
struct InvitationText: Sendable {
    /// Whether they name the organization.
    var namesOrganization: Bool
    var text: @Sendable (Int64) -> String

    static let all: [InvitationText] = [
        naming { "{\"org_id\": \($0), \"role\": \"member\"}" },
        naming { "{\"org_id\":\"\($0)\"}" },
        naming { " {\n\"role\" : \"a'b\\\"c\", \"org_id\" :\t\($0) } " },
        naming { "{\"\\u006frg_id\": \($0), \"é\": [1.50, NaN, {\"org_id\": 1}]}" },
        naming { "{\"org_id\": null, \"org_id\": \($0)}" },
        other { "{\"org_id\": null, \"x\": {\"org_id\": \($0)}}" },
        other { "{\"org_ids\": \($0)}" },
        other { "[{\"org_id\": \($0)}]" },
        other { "{\"org_id\": \($0)" },
        other { _ in "{}" },
        other { _ in "" },
        other { _ in "null" },
    ]

    private static func naming(_ text: @escaping @Sendable (Int64) -> String) -> InvitationText {
        InvitationText(namesOrganization: true, text: text)
    }

    private static func other(_ text: @escaping @Sendable (Int64) -> String) -> InvitationText {
        InvitationText(namesOrganization: false, text: text)
    }

    /// Which organization a text names, and what it has to be for another id.
    static func organization(in text: String) -> (id: Int64, replacing: @Sendable (Int64) -> String)? {
        for shape in all where shape.namesOrganization {
            for id in Pools.organizationReferences where shape.text(id).utf8.elementsEqual(text.utf8) {
                return (id, shape.text)
            }
        }
        return nil
    }
}
