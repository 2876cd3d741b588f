import Migrations
import MigrationsTesting
import Testing

@Suite("008 judges the files of real databases")
struct FixtureEvidence {
    private static let fixtures = ["v03", "v04", "v05", "v07"]

    /// What a fixture says of its own files: which repository each was uploaded to.
    private struct Contents: Decodable {
        var edge: Edge

        struct Edge: Decodable {
            var file_truth_types: [String: String]
        }
    }

    @Test("and picks no wrong repository", arguments: TestBackend.allCases, fixtures)
    func picks(_ backend: TestBackend, _ fixture: String) throws {
        let truth = try Fixture.json("Databases/\(fixture).contents.json", as: Contents.self).edge.file_truth_types
        let outcome = try Upgrade(backend: backend, fixture: Fixture(fixture), target: Upgrade.newest).outcome()
        var wrong: [String] = []
        var copies = 0
        for (file, type) in truth {
            let parts = file.split(separator: ":", maxSplits: 1).map(String.init)
            let repositories = outcome.after["repository"].filter { $0["full_id"]?.text == parts[0] }
            let types = Dictionary(repositories.map { ($0.id, $0.text("repo_type")) }) { first, _ in first }
            let places = outcome.after["file"].filter { $0["path_in_repo"]?.text == parts[1] }
                .compactMap { types[$0["repository_id"]?.integer ?? 0] }
            // A file that nothing decides is in all of them, or in one.
            if places != [type], places.count != types.count { wrong.append("\(file) is in \(places), not in \(type)") }
            copies += places.count - 1
        }
        #expect(wrong == [])
        #expect(!truth.isEmpty)
        let reported = outcome.report.migrations.flatMap(\.tables).filter { $0.table == "file" }.map(\.copied)
        #expect(reported == [Int64(copies)])
    }

    @Test("alike on SQLite and PostgreSQL", arguments: ["v00", "v01", "v02"] + fixtures + ["v07upgraded"])
    func alike(_ fixture: String) throws {
        let outcomes = try TestBackend.allCases.map {
            try Upgrade(backend: $0, fixture: Fixture(fixture), target: Upgrade.newest).outcome()
        }
        let before = outcomes.map { ComparableContents($0.before) }
        let after = outcomes.map { ComparableContents($0.after) }
        #expect(before[0].differences(from: before[1]) == [])
        #expect(after[0].differences(from: after[1]) == [])
    }
}
