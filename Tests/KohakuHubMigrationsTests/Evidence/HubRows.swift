import Migrations

/// Rows of one hub by what matters about them: ada's repositories, most of them called `ada/m`.
extension SmallHub.Row {
    /// When the files are written.
    static let noon = "2025-06-02 12:00:00.000000"

    static let ada = SmallHub.Row(
        table: "user",
        values: [
            "id": 1, "username": "ada", "email": "ada@example.org", "password_hash": "x", "email_verified": true,
            "is_active": true, "private_used_bytes": 0, "public_used_bytes": 0, "created_at": "2025-06-01 00:00:00",
        ])

    static func repository(
        _ id: Int64, _ type: String, _ fullID: String = "ada/m", owner: Int64 = 1,
        created: String = "2025-06-01 00:00:00"
    ) -> SmallHub.Row {
        let parts = fullID.split(separator: "/").map { DatabaseValue.text(String($0)) }
        return SmallHub.Row(
            table: "repository",
            values: [
                "id": .integer(id), "repo_type": .text(type), "namespace": parts[0], "name": parts[1],
                "full_id": .text(fullID), "private": false, "owner_id": .integer(owner), "used_bytes": 0,
                "created_at": .text(created),
            ])
    }

    /// A commit, long after all files unless told otherwise.
    static func commit(
        _ id: String, _ type: String, _ fullID: String = "ada/m", at time: String = "2025-06-20 00:00:00"
    ) -> SmallHub.Row {
        SmallHub.Row(
            table: "commit",
            values: [
                "commit_id": .text(id), "repo_full_id": .text(fullID), "repo_type": .text(type), "branch": "main",
                "user_id": 1, "username": "ada", "message": "", "description": "", "created_at": .text(time),
            ])
    }

    static func file(
        _ id: Int64, _ fullID: String = "ada/m", path: String = "a.bin", hash: String = "aa", lfs: Bool = true,
        updated: String = noon
    ) -> SmallHub.Row {
        var row = content("file", fullID, path, hash)
        row.values["id"] = .integer(id)
        row.values["lfs"] = .boolean(lfs)
        row.values["updated_at"] = .text(updated)
        return row
    }

    /// A row of the LFS history.
    static func object(
        of commit: String, _ fullID: String = "ada/m", path: String = "a.bin", hash: String = "aa"
    ) -> SmallHub.Row {
        var row = content("lfsobjecthistory", fullID, path, hash)
        row.values["commit_id"] = .text(commit)
        return row
    }

    /// A staged upload.
    static func upload(_ type: String, path: String = "a.bin", hash: String = "aa") -> SmallHub.Row {
        var row = content("stagingupload", "ada/m", path, hash)
        row.values.merge(["repo_type": .text(type), "revision": "main", "storage_key": "k", "lfs": true]) { $1 }
        return row
    }

    private static func content(_ table: String, _ fullID: String, _ path: String, _ hash: String) -> SmallHub.Row {
        SmallHub.Row(
            table: table,
            values: [
                "repo_full_id": .text(fullID), "path_in_repo": .text(path), "sha256": .text(hash), "size": 1,
                "created_at": "2025-06-02 12:00:00",
            ])
    }
}
