import Migrations
import MigrationsTesting

/// Where commits, staged uploads and the LFS history of before have to be.
struct ExpectedHistory {
    private let before: DatabaseContents
    private let owners: [Int64: Int64]
    private let files: ExpectedFiles
    /// The repositories by the ids of the rows; the others are in quarantine.
    private(set) var commits: [Int64: Int64] = [:]
    private(set) var uploads: [Int64: Int64] = [:]
    private(set) var objects: [Int64: Int64] = [:]
    /// Where the LFS objects of each path lie that a moved repository left behind, by its old full id and type.
    private var moved: [Left: [[UInt8]: Set<Int64>]] = [:]

    /// An old full id, and a type when a commit tells it.
    private struct Left: Hashable {
        var fullID: [UInt8]
        var type: String?
    }

    init(before: DatabaseContents, owners: [Int64: Int64], living: Set<Int64>) {
        self.before = before
        self.owners = owners
        files = ExpectedFiles(before: before, owners: owners)
        for upload in before["stagingupload"] { uploads[upload.id] = owned(exact(upload, upload.text("repo_type"))) }
        var left: [Int64: Left] = [:]
        for object in before["lfsobjecthistory"] { place(object, &left) }
        for (id, left) in left { objects[id] = adopter(of: left) }
        placeCommits(living)
    }

    /// The files' places, from which these follow.
    var fileRepositories: [Int64: Set<Int64>] { files.repositories }

    private func exact(_ row: DatabaseContents.Row, _ type: String) -> DatabaseContents.Row? {
        files.candidates(row).first { $0.text("repo_type") == type }
    }

    private func owned(_ repository: DatabaseContents.Row?) -> Int64? {
        repository.map(\.id).flatMap { owners[$0] == nil ? nil : $0 }
    }

    /// By the commit's type; else the only repository; else the only one that holds the path; else the lowest id.
    private mutating func place(_ object: DatabaseContents.Row, _ left: inout [Int64: Left]) {
        let candidates = files.candidates(object)
        let type = files.commitType(object)
        if let type, let repository = exact(object, type) {
            objects[object.id] = owned(repository)
        } else if type != nil || candidates.isEmpty {
            let key = Left(fullID: object.bytes("repo_full_id"), type: type)
            left[object.id] = key
            moved[key, default: [:]][object.bytes("path_in_repo"), default: []].formUnion(
                holders(of: object, type: type))
        } else if candidates.count == 1 {
            objects[object.id] = owned(candidates[0])
        } else {
            let file = before["file"].first {
                $0.bytes("repo_full_id") == object.bytes("repo_full_id")
                    && $0.bytes("path_in_repo") == object.bytes("path_in_repo")
            }
            let holders = file.flatMap { files.repositories[$0.id] } ?? []
            objects[object.id] = holders.count == 1 ? holders.first : candidates.compactMap(owned).min()
        }
    }

    /// The repositories of the type that have the object among their LFS files now.
    private func holders(of object: DatabaseContents.Row, type: String?) -> Set<Int64> {
        let same = before["file"].filter {
            $0["lfs"]?.boolean == true && $0.bytes("path_in_repo") == object.bytes("path_in_repo")
                && $0.bytes("sha256") == object.bytes("sha256")
        }
        return Set(same.flatMap { files.repositories[$0.id] ?? [] }).filter { id in
            type == nil || before["repository"].contains { $0.id == id && $0.text("repo_type") == type }
        }
    }

    /// The only repository that has an object of every path. What is of an unknown type stays with the rest of its full id.
    private func adopter(of left: Left) -> Int64? {
        let paths = (moved[left] ?? [:]).values
        guard let first = paths.first else { return nil }
        let holders = paths.reduce(first) { $0.intersection($1) }
        guard holders.count == 1, let holder = holders.first else { return nil }
        let typed = moved.keys.filter { $0.fullID == left.fullID && $0.type != nil }
        guard left.type == nil, !typed.isEmpty else { return holder }
        return typed.contains { adopter(of: $0) == holder } ? holder : nil
    }

    /// By full id and type, or with the LFS objects of a moved repository, but no commit twice.
    private mutating func placeCommits(_ living: Set<Int64>) {
        struct Place: Hashable {
            var commit: [UInt8]
            var repository: Int64
        }
        var taken: Set<Place> = []
        for commit in before["commit"] {
            guard let repository = exact(commit, commit.text("repo_type")) else { continue }
            taken.insert(Place(commit: commit.bytes("commit_id"), repository: repository.id))
            commits[commit.id] = owned(repository)
        }
        for commit in before["commit"].sorted(by: { $0.id < $1.id }) {
            let left = Left(fullID: commit.bytes("repo_full_id"), type: commit.text("repo_type"))
            guard let repository = adopter(of: left) else { continue }
            if taken.insert(Place(commit: commit.bytes("commit_id"), repository: repository)).inserted {
                commits[commit.id] = repository
            }
        }
        for commit in before["commit"] where !living.contains(commit["user_id"]?.integer ?? 0) {
            commits[commit.id] = nil
        }
    }
}
