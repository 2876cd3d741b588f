import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// Judges what 008 made of a hub: every row is where the policies say, as it was, or in quarantine.
struct UpgradeLaws {
    let before: DatabaseContents
    let after: DatabaseContents
    let expected: ExpectedOwners
    private(set) var violations: [String]

    init(before: DatabaseContents, after: DatabaseContents) {
        self.before = before
        self.after = after
        expected = ExpectedOwners(before: before, after: after)
        violations = Conservation(before: before, after: after).violations
        checkUsers()
        checkBelongings()
        checkMemberships()
        checkInvitations()
        checkRepositories()
        checkQuarantine()
    }

    mutating func require(_ condition: Bool, _ violation: @autoclosure () -> String) {
        if !condition { violations.append(violation()) }
    }

    /// The row that a row of before became, `nil` when it went to quarantine.
    func now(_ table: String, _ id: Int64) -> DatabaseContents.Row? {
        after[table].first { $0.id == id }
    }

    /// A row stays, or does not.
    mutating func requireKept(_ table: String, _ id: Int64, _ isKept: Bool) {
        require((now(table, id) != nil) == isKept, "row \(id) of \(table) is to be \(isKept ? "kept" : "quarantined")")
    }

    /// Organizations get ids above every one that a user ever had, and nobody's normalized name is another's.
    private mutating func checkUsers() {
        let columns = [
            ("user", "id"), ("emailverification", "user"), ("session", "user_id"), ("token", "user_id"),
            ("sshkey", "user_id"), ("userorganization", "user_id"), ("repository", "owner_id"), ("commit", "user_id"),
            ("invitation", "created_by"), ("invitation", "used_by"),
        ]
        let highest = columns.flatMap { table, column in before[table].compactMap { $0[column]?.integer } }.max() ?? 0
        for user in after["user"] {
            let isOrganization = !expected.living.contains(user.id)
            require(user["is_org"]?.boolean == isOrganization, "user \(user.id) has the wrong is_org")
            require(!isOrganization || user.id > highest, "organization \(user.id) has an id that a user had")
            if isOrganization {
                require(user["email"] == .null && user["password_hash"] == .null, "\(user.id) could sign in")
            }
        }
        require(expected.organizations.count == before["organization"].count, "an organization is no user")
        let names = after["user"].map { $0.bytes("normalized_name") }
        require(Set(names).count == names.count, "normalized names are not unique")
        require(!names.contains { $0.contains { $0 == UInt8(ascii: "_") } }, "a normalized name is none")
    }

    private mutating func checkBelongings() {
        for (table, column) in [
            ("emailverification", "user"), ("session", "user_id"), ("token", "user_id"), ("sshkey", "user_id"),
        ] {
            for row in before[table] {
                let user = row[column]?.integer ?? -1
                requireKept(table, row.id, expected.living.contains(user))
                let owner = now(table, row.id)?["user_id"]
                require(owner == nil || owner == .integer(user), "row \(row.id) of \(table) is another user's")
            }
        }
    }

    private mutating func checkMemberships() {
        let ranks = ["visitor": 1, "member": 2, "admin": 3, "super-admin": 4]
        for row in before["userorganization"] {
            let user = row["user_id"]?.integer ?? -1
            let organization = expected.organizations[row["organization_id"]?.integer ?? -1]
            let same = before["userorganization"].filter {
                $0["user_id"] == row["user_id"] && $0["organization_id"] == row["organization_id"]
            }
            let best = same.max { one, other in
                let (rank, otherRank) = (ranks[one.text("role")] ?? 0, ranks[other.text("role")] ?? 0)
                return (rank, -one.id) < (otherRank, -other.id)
            }
            let isKept = expected.living.contains(user) && organization != nil && best?.id == row.id
            requireKept("userorganization", row.id, isKept)
            if isKept {
                require(
                    now("userorganization", row.id)?["organization_id"]?.integer == organization,
                    "membership \(row.id) is in another organization")
            }
        }
    }

    private mutating func checkInvitations() {
        for row in before["invitation"] {
            let text = row.text("parameters")
            let named =
                ["join_org", "register_account"].contains(row.text("action"))
                ? InvitationText.organization(in: text) : nil
            let organization = named.flatMap { expected.organizations[$0.id] }
            let creator = row["created_by"]?.integer ?? -1
            let isKept = expected.living.contains(creator) && (named == nil || organization != nil)
            requireKept("invitation", row.id, isKept)
            guard isKept, let now = now("invitation", row.id) else { continue }
            let parameters = named.flatMap { named in organization.map(named.replacing) } ?? text
            require(now.bytes("parameters") == Array(parameters.utf8), "invitation \(row.id) leads elsewhere")
            require(now["created_by_id"]?.integer == creator, "invitation \(row.id) is of another creator")
            let user = row["used_by"]?.integer.flatMap { expected.living.contains($0) ? $0 : nil }
            require(now["used_by_id"]?.integer == user, "invitation \(row.id) was used by another")
        }
    }

    /// Nothing is in quarantine without a reason.
    private mutating func checkQuarantine() {
        require(!after.quarantined.contains { $0.reason.isEmpty }, "a quarantined row has no reason")
        require(
            after.tables[Quarantine.kohakuHub.table] == nil || !after.quarantined.isEmpty, "the quarantine is empty")
    }
}
