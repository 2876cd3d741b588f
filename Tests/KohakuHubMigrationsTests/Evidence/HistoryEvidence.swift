import Migrations
import MigrationsTesting
import Testing

/// The model 1 and the dataset 2 share the full id of a row of the LFS history.
@Suite("008 puts a row of the LFS history where the evidence points")
struct HistoryEvidence {
    private let shared: [SmallHub.Row] = [.repository(1, "model"), .repository(2, "dataset")]

    private func expect(_ situations: Situation..., on backend: TestBackend) throws {
        try Situation.expect(situations, with: shared, in: "lfsobjecthistory", on: backend)
    }

    @Test("the repository of its commit's type", arguments: TestBackend.allCases)
    func commits(_ backend: TestBackend) throws {
        try expect(
            Situation("the dataset", .commit("c", "dataset"), .object(of: "c"), in: [2]),
            Situation("the model", .commit("c", "model"), .object(of: "c"), in: [1]),
            Situation("a deleted space", .commit("c", "space"), .object(of: "c"), in: []),
            Situation("a commit of another full id", .commit("c", "dataset", "ada/n"), .object(of: "c"), in: [1]),
            Situation(
                "against the file", .commit("c", "model"), .object(of: "c"), .file(1, hash: "bb"),
                .upload("dataset", hash: "bb"), in: [1]),
            on: backend)
    }

    @Test("the only repository, unless its commit is of another type", arguments: TestBackend.allCases)
    func sole(_ backend: TestBackend) throws {
        try Situation.expect(
            [
                Situation("no commit", .object(of: "c"), in: [1]),
                Situation("a commit of the model", .commit("c", "model"), .object(of: "c"), in: [1]),
                Situation("a commit of a deleted dataset", .commit("c", "dataset"), .object(of: "c"), in: []),
            ], with: [.repository(1, "model")], in: "lfsobjecthistory", on: backend)
    }

    @Test("the only repository that holds its path, or the one with the lowest id", arguments: TestBackend.allCases)
    func holders(_ backend: TestBackend) throws {
        try expect(
            Situation(
                "the dataset holds it", .object(of: "c"), .file(1, hash: "bb"), .upload("dataset", hash: "bb"), in: [2]),
            Situation(
                "the dataset holds another", .object(of: "c"), .file(1, path: "b.bin"),
                .upload("dataset", path: "b.bin"), in: [1]),
            Situation("both hold it", .object(of: "c"), .file(1), in: [1]),
            Situation("none holds it", .object(of: "c"), in: [1]),
            on: backend)
    }

    /// `ada/old` became `ada/new`, the model 3.
    @Test(
        "the repository that was moved away from its full id", arguments: TestBackend.allCases,
        ["lfsobjecthistory", "commit"])
    func moved(_ backend: TestBackend, _ table: String) throws {
        let left: [SmallHub.Row] = [
            .commit("c", "model", "ada/old"), .object(of: "c", "ada/old"), .repository(3, "model", "ada/new"),
        ]
        try Situation.expect(
            [
                Situation("that has its path and content", .file(1, "ada/new"), in: [3]),
                Situation("another path", .file(1, "ada/new", path: "b.bin"), in: []),
                Situation("another content", .file(1, "ada/new", hash: "bb"), in: []),
                Situation("not as an LFS object", .file(1, "ada/new", lfs: false), in: []),
                Situation(
                    "but of another type", .file(1, "ada/data"), .repository(4, "dataset", "ada/data"), in: []),
                Situation(
                    "and of another type too", .file(1, "ada/new"), .file(2, "ada/data"),
                    .repository(4, "dataset", "ada/data"), in: [3]),
                Situation(
                    "or two that have it", .file(1, "ada/new"), .file(2, "ada/newer"),
                    .repository(4, "model", "ada/newer"), in: []),
                Situation(
                    "but is there again, too", .file(1, "ada/new"), .repository(5, "model", "ada/old"), in: [5]),
            ], with: left, in: table, on: backend)
    }

    /// `ada/old` became `ada/new`, the model 3; its object `a.bin` is of a commit that is known, and `b.bin` is not.
    @Test("and what is left of an unknown type stays with the rest of it", arguments: TestBackend.allCases)
    func movedTogether(_ backend: TestBackend) throws {
        let left: [SmallHub.Row] = [
            .commit("c", "model", "ada/old"), .object(of: "c", "ada/old"),
            .object(of: "unknown", "ada/old", path: "b.bin", hash: "bb"),
            .repository(3, "model", "ada/new"), .file(1, "ada/new"), .repository(4, "dataset", "ada/data"),
        ]
        try Situation.expect(
            [
                Situation("nobody has the other", in: []),
                Situation("the adopter has it", .file(2, "ada/new", path: "b.bin", hash: "bb"), in: [3]),
                Situation("only a stranger has it", .file(2, "ada/data", path: "b.bin", hash: "bb"), in: []),
            ], with: left, in: "lfsobjecthistory", path: "b.bin", on: backend)
    }

    @Test("and finds its file by repository and path", arguments: TestBackend.allCases)
    func files(_ backend: TestBackend) throws {
        try HubShape.v7.withTemplate(backend) { template in
            let hub = SmallHub(
                shape: .v7,
                rows: [
                    .ada, .repository(1, "model"), .repository(2, "dataset"), .file(7), .commit("c", "dataset"),
                    .object(of: "c", hash: "old"), .object(of: "c", path: "deleted.bin"), .upload("dataset"),
                ])
            let after = try HubUpgrade(of: hub, in: template).after
            let objects = after["lfsobjecthistory"].map { ($0["path_in_repo"]?.text, $0["file_id"]) }
            #expect(objects.first { $0.0 == "a.bin" }?.1 == 7)
            #expect(objects.first { $0.0 == "deleted.bin" }?.1 == .null)
        }
    }
}
