import Migrations
import MigrationsTesting

/// Where the files of before have to be, worked out row by row from the rules of evidence.
struct ExpectedFiles {
    let before: DatabaseContents
    /// The owners of the repositories that stay.
    let owners: [Int64: Int64]
    /// The repositories that each file is in, by the file's id: none when it is in quarantine.
    private(set) var repositories: [Int64: Set<Int64>] = [:]

    init(before: DatabaseContents, owners: [Int64: Int64]) {
        self.before = before
        self.owners = owners
        for file in before["file"] {
            repositories[file.id] = place(file).filter { owners[$0] != nil }
        }
    }

    /// The repositories of a row's full id.
    func candidates(_ row: DatabaseContents.Row) -> [DatabaseContents.Row] {
        before["repository"].filter { $0.bytes("full_id") == row.bytes("repo_full_id") }
    }

    private func place(_ file: DatabaseContents.Row) -> Set<Int64> {
        let candidates = candidates(file)
        if candidates.count < 2 { return Set(candidates.map(\.id)) }
        for types in [historyTypes(file), commitTypes(file), stagingTypes(file)] {
            let pointedAt = candidates.filter { types.contains($0.text("repo_type")) }
            if pointedAt.count == 1 { return Set(pointedAt.map(\.id)) }
        }
        let early = candidates.filter { repository in
            guard let created = repository.moment("created_at"), let updated = file.moment("updated_at") else {
                return true
            }
            return created <= updated
        }
        return Set((early.count == 1 ? early : candidates).map(\.id))
    }

    private func isSameContent(_ row: DatabaseContents.Row, _ file: DatabaseContents.Row) -> Bool {
        ["repo_full_id", "path_in_repo", "sha256"].allSatisfy { row.bytes($0) == file.bytes($0) }
    }

    /// The LFS history has the content, and its commit has a type.
    private func historyTypes(_ file: DatabaseContents.Row) -> Set<String> {
        Set(before["lfsobjecthistory"].filter { isSameContent($0, file) }.compactMap(commitType))
    }

    /// The type of the commit that a row of the LFS history is of.
    func commitType(_ row: DatabaseContents.Row) -> String? {
        before["commit"].first {
            $0.bytes("commit_id") == row.bytes("commit_id") && $0.bytes("repo_full_id") == row.bytes("repo_full_id")
        }?.text("repo_type")
    }

    /// Commits were made from 2 seconds before to 60 seconds after the file was written; of one type, or they say nothing.
    private func commitTypes(_ file: DatabaseContents.Row) -> Set<String> {
        guard let updated = file.moment("updated_at") else { return [] }
        let types = Set(
            before["commit"].filter { commit in
                guard commit.bytes("repo_full_id") == file.bytes("repo_full_id") else { return false }
                return commit.moment("created_at").map { (-2_000_000...60_000_000).contains($0 - updated) } == true
            }.map { $0.text("repo_type") })
        return types.count == 1 ? types : []
    }

    /// The content is being uploaded.
    private func stagingTypes(_ file: DatabaseContents.Row) -> Set<String> {
        Set(before["stagingupload"].filter { isSameContent($0, file) }.map { $0.text("repo_type") })
    }
}
