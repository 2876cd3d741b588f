import Migrations

/// Users, organizations, and what belongs to them.
extension HubDrawing {
    mutating func drawAccounts() {
        for _ in 0..<random.count() {
            var values = profile()
            let name = random.pick(Pools.userNames)
            values["username"] = .text(name)
            values["email"] = .text("\(name)@example.org")
            values["password_hash"] = "x"
            values["email_verified"] = boolean()
            values["is_active"] = boolean()
            values["full_name"] = maybe("Full Name")
            add("user", id: random.pick(Pools.userIDs), unique: [["username"], ["email"]], values)
        }
        for _ in 0..<random.count(upTo: 4) {
            var values = profile()
            values["name"] = .text(random.pick(random.once(in: 20) ? Pools.userNames : Pools.organizationNames))
            values["description"] = maybe("a group")
            add("organization", id: random.pick(Pools.organizationIDs), unique: [["name"]], values)
        }
        for index in 0..<random.count() {
            let secret = DatabaseValue.text("secret \(index)")
            let times = ["expires_at": time(), "created_at": time()]
            add("emailverification", ["user": reference(), "token": secret].merging(times) { $1 })
            add("session", ["user_id": reference(), "session_id": secret, "secret": "s"].merging(times) { $1 })
            let use = ["last_used": maybe(time()), "created_at": time()]
            add("token", ["user_id": reference(), "token_hash": secret, "name": "laptop"].merging(use) { $1 })
            add(
                "sshkey",
                ["user_id": reference(), "key_type": "ed25519", "public_key": "k", "fingerprint": secret, "title": ""]
                    .merging(use) { $1 })
        }
    }

    private mutating func profile() -> [String: DatabaseValue] {
        let avatar = maybe(random.pick([.blob([]), .blob([0, 255, 39])]))
        return [
            "private_quota_bytes": maybe(.integer(random.pick(Pools.largeSizes))), "public_quota_bytes": maybe(0),
            "private_used_bytes": counter(), "public_used_bytes": counter(),
            "bio": maybe("line\nline"), "website": maybe("https://example.org"), "social_media": maybe("{}"),
            "avatar": avatar, "avatar_updated_at": avatar == .null ? .null : time(), "created_at": time(),
        ]
    }

    mutating func drawMemberships() {
        // Of few users, so that they are members twice. Only SQLite holds members that are gone, or of what is gone.
        let users = Array(values("id", of: "user").shuffled(using: &random).prefix(2))
        let organizations = Array(values("id", of: "organization").shuffled(using: &random).prefix(2))
        guard !users.isEmpty, !organizations.isEmpty else { return }
        for _ in 0..<random.count() {
            add(
                "userorganization", unique: shape.allowsDuplicates ? [] : [["user_id", "organization_id"]],
                [
                    "user_id": onlySQLite && random.once(in: 5) ? reference() : random.pick(users),
                    "organization_id": onlySQLite && random.once(in: 5)
                        ? .integer(random.pick(Pools.organizationReferences)) : random.pick(organizations),
                    "role": .text(random.pick(Pools.roles)), "created_at": time(),
                ])
        }
    }

    mutating func drawInvitations() {
        for index in 0..<random.count() {
            let organization = random.pick(Pools.organizationReferences)
            add(
                "invitation",
                [
                    "token": .text("invitation \(index)"),
                    "action": .text(random.pick(["join_org", "join_org", "register_account", "reset"])),
                    "parameters": .text(random.pick(InvitationText.all).text(organization)),
                    "created_by": reference(), "used_by": maybe(reference()), "used_at": maybe(time()),
                    "max_usage": maybe(1), "usage_count": shape.allowsUncounted ? maybe(2) : 2,
                    "expires_at": time(), "created_at": time(),
                ])
        }
    }
}
