import Migrations

/// Rows of accounts by what matters about them.
extension SmallHub.Row {
    /// A user.
    static func user(_ id: Int64, _ name: String) -> SmallHub.Row {
        var row = ada
        row.values.merge(["id": .integer(id), "username": .text(name), "email": .text("\(id)@example.org")]) { $1 }
        return row
    }

    static func organization(_ id: Int64, _ name: String) -> SmallHub.Row {
        SmallHub.Row(
            table: "organization",
            values: [
                "id": .integer(id), "name": .text(name), "private_used_bytes": 0, "public_used_bytes": 0,
                "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func membership(_ id: Int64, of user: Int64, in organization: Int64, role: String) -> SmallHub.Row {
        SmallHub.Row(
            table: "userorganization",
            values: [
                "id": .integer(id), "user_id": .integer(user), "organization_id": .integer(organization),
                "role": .text(role), "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func invitation(
        _ id: Int64, _ parameters: String = "{}", by creator: Int64 = 1, usedBy user: Int64? = nil
    ) -> SmallHub.Row {
        SmallHub.Row(
            table: "invitation",
            values: [
                "id": .integer(id), "token": .text("i\(id)"), "action": "join_org", "parameters": .text(parameters),
                "created_by": .integer(creator), "used_by": user.map { .integer($0) } ?? .null, "usage_count": 0,
                "expires_at": "2026-06-01 00:00:00", "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func token(_ id: Int64, of user: Int64) -> SmallHub.Row {
        SmallHub.Row(
            table: "token",
            values: [
                "id": .integer(id), "user_id": .integer(user), "token_hash": .text("t\(id)"), "name": "ci",
                "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func session(_ id: Int64, of user: Int64) -> SmallHub.Row {
        SmallHub.Row(
            table: "session",
            values: [
                "id": .integer(id), "user_id": .integer(user), "session_id": .text("s\(id)"), "secret": "x",
                "expires_at": "2026-06-01 00:00:00", "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func key(_ id: Int64, of user: Int64) -> SmallHub.Row {
        SmallHub.Row(
            table: "sshkey",
            values: [
                "id": .integer(id), "user_id": .integer(user), "key_type": "ssh-ed25519", "public_key": "k",
                "fingerprint": .text("f\(id)"), "title": "laptop", "created_at": "2025-06-01 00:00:00",
            ])
    }

    static func address(_ id: Int64, of user: Int64) -> SmallHub.Row {
        SmallHub.Row(
            table: "emailverification",
            values: [
                "id": .integer(id), "user": .integer(user), "token": .text("e\(id)"),
                "expires_at": "2026-06-01 00:00:00", "created_at": "2025-06-01 00:00:00",
            ])
    }

    /// The row with an id, or other values, of its own.
    func with(_ values: [String: DatabaseValue]) -> SmallHub.Row {
        var row = self
        row.values.merge(values) { $1 }
        return row
    }
}
