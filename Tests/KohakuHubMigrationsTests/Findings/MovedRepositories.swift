import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// `ada/old` is gone and left a commit `c` with an LFS object; the same object is in files of other repositories.
@Suite("What a moved repository left behind")
struct MovedRepositories {
    private let left: [SmallHub.Row] = [
        .ada, .commit("c", "model", "ada/old").with(["id": 1]), .object(of: "c", "ada/old").with(["id": 1]),
    ]

    private func checking(
        _ backend: TestBackend, _ rows: SmallHub.Row..., body: (CheckedHub) throws -> Void
    ) throws {
        try CheckedHub.checking(SmallHub(shape: .v7, rows: left + rows), on: backend, body)
    }

    @Test("goes to the one that has its objects, commits and history both", arguments: TestBackend.allCases)
    func adopted(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"),
            .commit("plain", "model", "ada/old").with(["id": 2])
        ) { hub in
            #expect(hub.findings.map(\.code) == ["moved_repository"])
            #expect(hub.findings.first?.examples == ["ada/old to model ada/new"])
            let after = try hub.upgraded().after
            #expect(after.quarantined == [])
            // Also the commit without an LFS object.
            #expect(after["commit"].map { $0["repository_id"] } == [3, 3])
            #expect(after["commit"].map { $0["owner_id"] } == [1, 1])
            #expect(after["lfsobjecthistory"].map { $0["repository_id"] } == [3])
            #expect(after["lfsobjecthistory"].map { $0["file_id"] } == [1])
        }
    }

    @Test("is quarantined when two have its objects, and the reason names both", arguments: TestBackend.allCases)
    func ambiguous(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"), .repository(4, "model", "zoe/fork"),
            .file(2, "zoe/fork")
        ) { hub in
            #expect(hub.findings.map(\.code) == ["quarantine", "quarantine"])
            let after = try hub.upgraded().after
            #expect(after["commit"] == [] && after["lfsobjecthistory"] == [])
            #expect(
                after.quarantined(from: "commit").map(\.reason)
                    == ["there is no model ada/old; its LFS objects are in model ada/new, model zoe/fork"])
            #expect(
                after.quarantined(from: "lfsobjecthistory").map(\.reason)
                    == ["there is no repository ada/old; its LFS objects are in model ada/new, model zoe/fork"])
        }
    }

    @Test("names no more than five that have its objects", arguments: TestBackend.allCases)
    func many(_ backend: TestBackend) throws {
        let forks = (1...7).flatMap { number -> [SmallHub.Row] in
            [.repository(Int64(number), "model", "ada/\(number)"), .file(Int64(number), "ada/\(number)")]
        }
        try CheckedHub.checking(SmallHub(shape: .v7, rows: left + forks), on: backend) { hub in
            let named = (1...5).map { "model ada/\($0)" }.joined(separator: ", ")
            let after = try hub.upgraded().after
            #expect(
                after.quarantined(from: "commit").map(\.reason)
                    == ["there is no model ada/old; its LFS objects are in \(named) and 2 more"])
        }
    }

    @Test(
        "is quarantined when nothing leads on", arguments: TestBackend.allCases,
        [
            [.repository(3, "dataset", "ada/new"), .file(1, "ada/new")],
            [.repository(3, "model", "ada/new"), .file(1, "ada/new", lfs: false)],
            [.repository(3, "model", "ada/new"), .file(1, "ada/new", hash: "bb")],
            [.repository(3, "model", "nobody/new", owner: 50), .file(1, "nobody/new")],
        ] as [[SmallHub.Row]])
    func unrelated(_ backend: TestBackend, _ rows: [SmallHub.Row]) throws {
        try CheckedHub.checking(SmallHub(shape: .v7, rows: left + rows), on: backend) { hub in
            #expect(!hub.findings.contains { $0.code == "moved_repository" })
            let after = try hub.upgraded().after
            #expect(after["commit"] == [] && after["lfsobjecthistory"] == [])
            #expect(after.quarantined(from: "commit").map(\.reason) == ["there is no model ada/old"])
            #expect(after.quarantined(from: "lfsobjecthistory").map(\.reason) == ["there is no repository ada/old"])
        }
    }

    @Test(
        "is quarantined when only some of its objects are there: a common file is no proof",
        arguments: TestBackend.allCases)
    func partial(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"),
            .object(of: "c", "ada/old").with(["id": 2, "path_in_repo": "secret.bin"])
        ) { hub in
            #expect(!hub.findings.contains { $0.code == "moved_repository" })
            let after = try hub.upgraded().after
            #expect(after["commit"] == [] && after["lfsobjecthistory"] == [])
            #expect(
                after.quarantined(from: "commit").map(\.reason)
                    == ["there is no model ada/old; its LFS objects are in model ada/new"])
        }
    }

    @Test("may have had other contents before", arguments: TestBackend.allCases)
    func older(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"),
            .object(of: "c", "ada/old").with(["id": 2, "sha256": "of long ago"])
        ) { hub in
            let after = try hub.upgraded().after
            #expect(after.quarantined == [])
            #expect(after["lfsobjecthistory"].map { $0["repository_id"] } == [3, 3])
        }
    }

    @Test("stays with the full id when a repository has it again", arguments: TestBackend.allCases)
    func replaced(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"), .repository(5, "model", "ada/old")
        ) { hub in
            #expect(hub.findings == [])
            let after = try hub.upgraded().after
            #expect(after["commit"].map { $0["repository_id"] } == [5])
            #expect(after["lfsobjecthistory"].map { $0["repository_id"] } == [5])
        }
    }

    @Test("stays where any repository has the full id, if a commit has no type", arguments: TestBackend.allCases)
    func untyped(_ backend: TestBackend) throws {
        try CheckedHub.checking(
            SmallHub(
                shape: .v7,
                rows: [
                    .ada, .commit("c", "", "ada/old").with(["id": 1]), .object(of: "c", "ada/old").with(["id": 1]),
                    .repository(3, "model", "ada/new"), .file(1, "ada/new"), .repository(5, "model", "ada/old"),
                ]),
            on: backend
        ) { hub in
            #expect(!hub.findings.contains { $0.code == "moved_repository" })
            let after = try hub.upgraded().after
            #expect(after.quarantined(from: "commit").map(\.sourceID) == [1])
            #expect(after.quarantined(from: "lfsobjecthistory").map(\.sourceID) == [1])
        }
    }

    @Test("is looked up among the commits of the one that has its objects")
    func lookup() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let connection = try database.connect()
            var steps: [String] = []
            connection.onStatement = { statement in
                guard statement.hasPrefix("INSERT INTO kohaku_adopted_commit") else { return }
                let plan = try? connection.query("EXPLAIN QUERY PLAN " + statement)
                steps = plan?.compactMap { $0[3].text }.filter { $0.contains("present") } ?? []
            }
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .upTo(8))
            #expect(steps.contains { $0.hasPrefix("SEARCH present USING AUTOMATIC") }, "\(steps)")
            #expect(!steps.contains { $0.hasPrefix("SCAN present") }, "\(steps)")
        }
    }

    @Test("is not taken a second time by a repository that has the commit", arguments: TestBackend.allCases)
    func present(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"),
            .commit("c", "model", "ada/new").with(["id": 7])
        ) { hub in
            let after = try hub.upgraded().after
            #expect(after["commit"].map(\.id) == [7])
            #expect(after.quarantined(from: "commit").map(\.sourceID) == [1])
            #expect(after["lfsobjecthistory"].map { $0["repository_id"] } == [3])
        }
    }

    @Test("of two full ids is taken once, the lower id first", arguments: TestBackend.allCases)
    func twice(_ backend: TestBackend) throws {
        try checking(
            backend, .repository(3, "model", "ada/new"), .file(1, "ada/new"),
            .commit("c", "model", "ada/older").with(["id": 2]), .object(of: "c", "ada/older").with(["id": 2])
        ) { hub in
            #expect(hub.findings.first?.count == 2)
            let after = try hub.upgraded().after
            #expect(after["commit"].map(\.id) == [1])
            #expect(after.quarantined(from: "commit").map(\.sourceID) == [2])
            #expect(after["lfsobjecthistory"].map { $0["repository_id"] } == [3, 3])
        }
    }
}
