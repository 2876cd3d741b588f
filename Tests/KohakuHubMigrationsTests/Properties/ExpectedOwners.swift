import Migrations
import MigrationsTesting

/// Who is alive, which id an organization got, and whose a repository has to be, by the policies alone.
struct ExpectedOwners {
    /// The ids of the users of before.
    let living: Set<Int64>
    /// The new ids of the organizations by their old ones.
    let organizations: [Int64: Int64]
    /// The owners of the repositories that stay, by the repository's id.
    let owners: [Int64: Int64]

    init(before: DatabaseContents, after: DatabaseContents) {
        let living = Set(before["user"].map(\.id))
        var organizations: [Int64: Int64] = [:]
        for organization in before["organization"] {
            organizations[organization.id] =
                after["user"].first { !living.contains($0.id) && $0.bytes("username") == organization.bytes("name") }?
                .id
        }
        var owners: [Int64: Int64] = [:]
        for repository in before["repository"] {
            let namespace = repository.bytes("namespace")
            let user = before["user"].first { $0.bytes("username") == namespace }?.id
            let organization = before["organization"].first { $0.bytes("name") == namespace }?.id
            let owner = repository["owner_id"]?.integer ?? 0
            if owner == 1, let user {
                owners[repository.id] = user
            } else if living.contains(owner) {
                owners[repository.id] = owner
            } else {
                owners[repository.id] = user ?? organization.flatMap { organizations[$0] }
            }
        }
        self.living = living
        self.organizations = organizations
        self.owners = owners
    }
}

extension DatabaseContents.Row {
    func text(_ column: String) -> String { self[column]?.text ?? "" }

    func moment(_ column: String) -> Int64? { self[column]?.text.flatMap(Moment.microseconds) }
}
