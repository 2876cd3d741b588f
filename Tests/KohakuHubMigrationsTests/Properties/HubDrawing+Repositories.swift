import Migrations

/// Repositories, and what knows them by their full id only.
extension HubDrawing {
    mutating func drawRepositories() {
        let names = values("username", of: "user") + values("name", of: "organization") + ["nobody"]
        let namespaces = (0..<3).map { _ in random.pick(names).text ?? "" }
        for _ in 0..<random.count() {
            let namespace = random.pick(namespaces)
            let name = random.pick(["m", "m", "n"])
            add(
                "repository",
                unique: shape.allowsDuplicates ? [["repo_type", "namespace", "name"]] : [["full_id"]],
                [
                    "repo_type": .text(random.pick(Pools.types)), "namespace": .text(namespace), "name": .text(name),
                    "full_id": .text("\(namespace)/\(name)"), "private": boolean(),
                    "owner_id": random.once(in: 3) ? 1 : reference(), "quota_bytes": maybe(9), "used_bytes": counter(),
                    "created_at": time(),
                ])
        }
        // Some were deleted or moved: their rows are left, under an old full id.
        let living = values("full_id", of: "repository")
        let fullIDs = living + living + ["gone/m", .text("\(namespaces[0])/old")]
        drawCommits(fullIDs)
        drawFiles(fullIDs)
    }

    private mutating func drawCommits(_ fullIDs: [DatabaseValue]) {
        for _ in 0..<random.count() {
            add(
                "commit", unique: [["commit_id", "repo_full_id"]],
                [
                    "commit_id": .text(random.pick(Pools.commits)), "repo_full_id": random.pick(fullIDs),
                    "repo_type": .text(random.pick(Pools.types)), "branch": "main", "user_id": reference(),
                    "username": "ada", "message": "m", "description": "", "created_at": time(),
                ])
        }
    }

    private mutating func drawFiles(_ fullIDs: [DatabaseValue]) {
        for _ in 0..<random.count() {
            add(
                "file", unique: [["repo_full_id", "path_in_repo"]],
                content(fullIDs).merging(["lfs": boolean(), "updated_at": time()]) { $1 })
        }
        for _ in 0..<random.count() {
            add(
                "lfsobjecthistory",
                content(fullIDs).merging(["commit_id": .text(random.pick(Pools.commits))]) { $1 })
        }
        for _ in 0..<random.count(upTo: 5) {
            add(
                "stagingupload",
                content(fullIDs).merging([
                    "repo_type": .text(random.pick(Pools.types)), "revision": "main", "upload_id": maybe("u"),
                    "storage_key": "k", "lfs": boolean(),
                ]) { $1 })
        }
    }

    private mutating func content(_ fullIDs: [DatabaseValue]) -> [String: DatabaseValue] {
        [
            "repo_full_id": random.pick(fullIDs), "path_in_repo": .text(random.pick(Pools.paths)),
            "sha256": .text(random.pick(Pools.hashes)), "size": size(), "created_at": time(),
        ]
    }
}
