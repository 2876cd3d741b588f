import Migrations
import MigrationsTesting

extension UpgradeLaws {
    mutating func checkRepositories() {
        for repository in before["repository"] {
            let owner = expected.owners[repository.id]
            requireKept("repository", repository.id, owner != nil)
            let found = now("repository", repository.id)?["owner_id"]?.integer
            require(
                found == owner, "repository \(repository.id) is user \(found ?? 0)'s, and not user \(owner ?? 0)'s")
        }
        let history = ExpectedHistory(before: before, owners: expected.owners, living: expected.living)
        checkFiles(history.fileRepositories)
        checkPlaces("commit", history.commits)
        checkPlaces("stagingupload", history.uploads)
        checkPlaces("lfsobjecthistory", history.objects)
        checkReferences()
    }

    private mutating func checkPlaces(_ table: String, _ expected: [Int64: Int64]) {
        for row in before[table] {
            let repository = now(table, row.id)?["repository_id"]?.integer
            require(
                repository == expected[row.id],
                "row \(row.id) of \(table) is in repository \(repository ?? 0), not \(expected[row.id] ?? 0)")
        }
    }

    /// A file is in the repositories it has to be in, under its own id in one of them.
    private mutating func checkFiles(_ expected: [Int64: Set<Int64>]) {
        var copies = after["file"].filter { file in !before["file"].contains { $0.id == file.id } }
        for file in before["file"] {
            let own = now("file", file.id)?["repository_id"]?.integer
            let others = (expected[file.id] ?? []).subtracting([own].compactMap { $0 })
            require(
                own.map { expected[file.id]?.contains($0) == true } ?? others.isEmpty,
                "file \(file.id) is in repository \(own ?? 0), not in \(expected[file.id] ?? [])")
            for repository in others {
                let index = copies.firstIndex {
                    $0["repository_id"]?.integer == repository && $0.bytes("path_in_repo") == file.bytes("path_in_repo")
                        && $0["size"] == file["size"] && $0["updated_at"] == file["updated_at"]
                }
                require(index != nil, "file \(file.id) has no copy in repository \(repository)")
                if let index { copies.remove(at: index) }
            }
        }
        require(copies.isEmpty, "files \(copies.map(\.id)) are copies that nobody asked for")
    }

    /// What is derived from the repository, and the columns that got another name.
    private mutating func checkReferences() {
        for table in ["file", "commit"] {
            for row in after[table] {
                let owner = now("repository", row["repository_id"]?.integer ?? 0)?["owner_id"]
                require(row["owner_id"] == owner, "row \(row.id) of \(table) is not its repository's owner's")
            }
        }
        for commit in before["commit"] {
            let author = now("commit", commit.id)?["author_id"]
            require(author == nil || author == commit["user_id"], "commit \(commit.id) has another author")
        }
        for upload in after["stagingupload"] {
            require(upload["uploader_id"] == .null, "upload \(upload.id) has an uploader")
        }
        for object in after["lfsobjecthistory"] {
            let file = after["file"].first {
                $0["repository_id"] == object["repository_id"]
                    && $0.bytes("path_in_repo") == object.bytes("path_in_repo")
            }
            require(object["file_id"] == file?["id"] ?? .null, "LFS object \(object.id) is of another file")
        }
    }
}
