import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("008 finds the repository of each row of a shared full id")
struct Placement {
    @Test(
        "of a file by the evidence that is left", arguments: TestBackend.allCases, ["v02", "v03", "v04", "v05", "v07"])
    func files(_ backend: TestBackend, _ fixture: String) throws {
        let truth = try Fixture.json("Databases/\(fixture).contents.json", as: Contents.self).edge.file_truth_types
        let after = try Upgrade(backend: backend, fixture: Fixture(fixture), target: Upgrade.newest).outcome().after
        let repositories = Dictionary(after["repository"].map { ($0.id, $0) }) { first, _ in first }
        var types: [String: Set<String>] = [:]
        for file in after["file"] {
            let repository = try #require(repositories[file["repository_id"]?.integer ?? 0])
            let key = "\(repository["full_id"]?.text ?? ""):\(file["path_in_repo"]?.text ?? "")"
            types[key, default: []].insert(repository["repo_type"]?.text ?? "")
        }
        #expect(!truth.isEmpty)
        for (file, type) in truth {
            // A file that nothing decides is copied to each repository, and so also to its own.
            #expect(types[file]?.contains(type) == true, "\(file) is of the \(type)")
        }
    }

    @Test("of a commit by its type", arguments: TestBackend.allCases)
    func commits(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        for commit in database.after["commit"] {
            let repository = try #require(database.row(commit["repository_id"]?.integer ?? 0, of: "repository"))
            let old = try #require(database.before["commit"].first { $0.id == commit.id })
            #expect(repository["repo_type"] == old["repo_type"])
            #expect(repository["full_id"] == old["repo_full_id"])
        }
    }

    @Test("of an LFS object by its commit, and finds its file", arguments: TestBackend.allCases)
    func history(_ backend: TestBackend) throws {
        let database = try Refactored(backend)
        for object in database.after["lfsobjecthistory"] {
            let repository = try #require(database.row(object["repository_id"]?.integer ?? 0, of: "repository"))
            let commit = database.before["commit"].first {
                $0["commit_id"] == object["commit_id"] && $0["repo_full_id"] == repository["full_id"]
            }
            if let commit { #expect(repository["repo_type"] == commit["repo_type"]) }
            let file = database.after["file"].first {
                $0["repository_id"] == object["repository_id"] && $0["path_in_repo"] == object["path_in_repo"]
            }
            #expect(object["file_id"] == file?["id"] ?? .null)
        }
    }

    @Test("or copies the file to each when nothing decides", arguments: TestBackend.allCases)
    func copies(_ backend: TestBackend) throws {
        let database = try Refactored(
            backend,
            arranging: """
                INSERT INTO "file" ("id", "repo_full_id", "path_in_repo", "size", "sha256", "lfs", "created_at", "updated_at")
                SELECT 900, 'midevko/mi-1', 'untold.bin', 7, 'abc', "lfs", '2030-01-01 00:00:00', '2030-01-01 00:00:00'
                FROM "file" WHERE "id" = (SELECT min("id") FROM "file")
                """)
        let copies = database.after["file"].filter { $0["path_in_repo"] == "untold.bin" }
        #expect(Set(copies.compactMap { $0["repository_id"]?.integer }) == [2, 8])
        #expect(copies.contains { $0.id == 900 })
        #expect(database.report.migrations.flatMap(\.tables).first { $0.table == "file" }?.copied == 1)
    }

    private struct Contents: Decodable {
        var edge: Edge

        struct Edge: Decodable {
            var file_truth_types: [String: String]
        }
    }
}
