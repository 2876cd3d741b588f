import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// The model 1 and the dataset 2 share the full id of a file.
@Suite("008 puts a file of a shared full id where the evidence points")
struct FileEvidence {
    private let shared: [SmallHub.Row] = [.repository(1, "model"), .repository(2, "dataset"), .file(1)]

    private func expect(_ situations: Situation..., on backend: TestBackend) throws {
        try Situation.expect(situations, with: shared, in: "file", on: backend)
    }

    @Test("the type of the commit whose LFS history has its path and content", arguments: TestBackend.allCases)
    func history(_ backend: TestBackend) throws {
        try expect(
            Situation("the same", .commit("c", "dataset"), .object(of: "c"), in: [2]),
            Situation("another path", .commit("c", "dataset"), .object(of: "c", path: "b.bin"), in: [1, 2]),
            Situation("another content", .commit("c", "dataset"), .object(of: "c", hash: "bb"), in: [1, 2]),
            Situation("no commit", .object(of: "c"), in: [1, 2]),
            Situation("a commit of another full id", .commit("c", "dataset", "ada/n"), .object(of: "c"), in: [1, 2]),
            Situation("a commit of a deleted repository", .commit("c", "space"), .object(of: "c"), in: [1, 2]),
            Situation(
                "commits of both types", .commit("c", "dataset"), .object(of: "c"), .commit("d", "model"),
                .object(of: "d"), in: [1, 2]),
            Situation(
                "a commit of the other type at that time", .commit("c", "dataset"), .object(of: "c"),
                .commit("d", "model", at: SmallHub.Row.noon), in: [2]),
            on: backend)
    }

    @Test("the type of the commits from 2 seconds before to 60 after it", arguments: TestBackend.allCases)
    func times(_ backend: TestBackend) throws {
        func commit(_ time: String) -> SmallHub.Row { .commit(time, "dataset", at: "2025-06-02 \(time)") }
        try expect(
            Situation("2 seconds before", commit("11:59:58"), in: [2]),
            Situation("a microsecond more", commit("11:59:57.999999"), in: [1, 2]),
            Situation("60 seconds after", commit("12:01:00.000000"), in: [2]),
            Situation("a microsecond more", commit("12:01:00.000001"), in: [1, 2]),
            Situation("as Python writes it", commit("12:00:30.5+00:00"), in: [2]),
            Situation("another day", .commit("c", "dataset", at: "2025-06-03 12:00:00"), in: [1, 2]),
            Situation(
                "another full id", .commit("c", "dataset", "ada/n", at: SmallHub.Row.noon), in: [1, 2]),
            Situation(
                "two of one type", commit("12:00:00"), commit("12:00:01"), in: [2]),
            Situation(
                "of both types", commit("12:00:00"), .commit("c", "model", at: "2025-06-02 12:01:00"), in: [1, 2]),
            Situation(
                "the other too late", commit("12:00:00"), .commit("c", "model", at: "2025-06-02 12:01:01"), in: [2]),
            Situation(
                "of a deleted repository too", commit("12:00:00"),
                .commit("c", "space", at: "2025-06-02 12:00:00"), in: [1, 2]),
            Situation("an upload to the other", commit("12:00:00"), .upload("model"), in: [2]),
            on: backend)
    }

    @Test("the type of an upload of its path and content", arguments: TestBackend.allCases)
    func uploads(_ backend: TestBackend) throws {
        try expect(
            Situation("the same", .upload("dataset"), in: [2]),
            Situation("twice", .upload("dataset"), .upload("dataset"), in: [2]),
            Situation("another path", .upload("dataset", path: "b.bin"), in: [1, 2]),
            Situation("another content", .upload("dataset", hash: "bb"), in: [1, 2]),
            Situation("to both", .upload("dataset"), .upload("model"), in: [1, 2]),
            Situation("to a deleted repository", .upload("space"), in: [1, 2]),
            on: backend)
    }

    @Test("the only repository that there was when it was written", arguments: TestBackend.allCases)
    func creation(_ backend: TestBackend) throws {
        func expect(_ words: String, _ created: String, _ rows: SmallHub.Row..., in repositories: Set<Int64>) throws {
            let model = SmallHub.Row.repository(1, "model", created: "2025-06-02 \(created)")
            var situation = Situation(words, in: repositories)
            situation.rows = rows
            try Situation.expect(
                [situation], with: [model, .repository(2, "dataset"), .file(1)], in: "file", on: backend)
        }
        try expect("a microsecond later", "12:00:00.000001", in: [2])
        try expect("at that moment", "12:00:00", in: [1, 2])
        try expect("an upload to the later one", "13:00:00", .upload("model"), in: [1])
        try Situation.expect(
            [Situation("both later", in: [1, 2])],
            with: [
                .repository(1, "model", created: "2025-06-03 00:00:00"),
                .repository(2, "dataset", created: "2025-06-04 00:00:00"), .file(1),
            ], in: "file", on: backend)
    }

    @Test("the only repository, whatever else is said", arguments: TestBackend.allCases)
    func sole(_ backend: TestBackend) throws {
        let model: [SmallHub.Row] = [.repository(1, "model"), .file(1)]
        try Situation.expect(
            [
                Situation("nothing", in: [1]),
                Situation("a commit of a deleted dataset", .commit("c", "dataset"), .object(of: "c"), in: [1]),
                Situation("an upload to a deleted dataset", .upload("dataset"), in: [1]),
            ], with: model, in: "file", on: backend)
        try Situation.expect(
            [Situation("written before it was made", .file(1, updated: "2025-05-01 00:00:00"), in: [1])],
            with: [.repository(1, "model")], in: "file", on: backend)
    }

    @Test("or in each that stays, once under its own id", arguments: TestBackend.allCases)
    func copies(_ backend: TestBackend) throws {
        // Nobody is called gone, and nobody has the id 9.
        let left: [SmallHub.Row] = [
            .repository(1, "model", "gone/m", owner: 9), .repository(2, "dataset", "gone/m"), .file(1, "gone/m"),
        ]
        try Situation.expect(
            [
                Situation("nothing tells", in: [2]),
                Situation(
                    "it was the model's, which goes to quarantine", .commit("c", "model", "gone/m"),
                    .object(of: "c", "gone/m"), in: []),
                Situation(
                    "a third one", .repository(3, "space", "gone/m"), in: [2, 3]),
            ], with: left, in: "file", on: backend)
    }

    @Test("the only repository that is kept, and reports it", arguments: TestBackend.allCases)
    func kept(_ backend: TestBackend) throws {
        let hub = SmallHub(
            shape: .v7,
            rows: [
                .ada, .repository(1, "model", "nobody/m"), .repository(2, "dataset", "nobody/m", owner: 50),
                .file(1, "nobody/m"),
            ])
        try CheckedHub.checking(hub, on: backend) { hub in
            let finding = try #require(hub.findings.first { $0.code == "shared_full_id_decided" })
            #expect(finding.message.hasSuffix("assigned to one of them because no other repository is kept."))
            #expect(finding.examples == ["nobody/m: a.bin to the model"])
            let after = try hub.upgraded().after
            #expect(after["file"].map { $0["repository_id"] } == [1])
        }
    }

    @Test("no repository when a copy could get no id", arguments: TestBackend.allCases)
    func noRoom(_ backend: TestBackend) throws {
        let highest = backend == .sqlite ? Int64.max : Int64(Int32.max)
        let hub = SmallHub(shape: .v7, rows: [.ada] + shared.dropLast() + [.file(highest)])
        try hub.shape.withTemplate(backend) { database in
            try hub.insert(into: database)
            let runner = Runner(catalogue: .kohakuHub, connection: try database.connect())
            let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
            #expect(error.code == .checkFailed)
            #expect(error.message.hasPrefix("there is no room above \(highest), the highest id of a file"))
        }
    }
}
