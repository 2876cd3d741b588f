import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("The data checks of 008")
struct DataChecks {
    @Test("find each kind of trouble, exactly and nothing else", arguments: FindingCase.each)
    func one(_ backend: TestBackend, _ expected: FindingCase) throws {
        try CheckedHub.checking(FindingCase.hub(backend, with: [expected]), on: backend) { hub in
            #expect(hub.findings.map(FoundFinding.init) == [FoundFinding(expected)])
            #expect(hub.findings.first?.message.contains("\(expected.examples.count) ") == true)
        }
    }

    @Test("find all of it at once, in a fixed order", arguments: TestBackend.allCases)
    func all(_ backend: TestBackend) throws {
        try CheckedHub.checking(FindingCase.hub(backend), on: backend) { hub in
            let expected = FindingCase.all.filter { $0.backends.contains(backend) }.map(FoundFinding.init)
            #expect(hub.findings.map(FoundFinding.init) == expected)
        }
    }

    @Test("find nothing in a hub without trouble", arguments: TestBackend.allCases)
    func nothing(_ backend: TestBackend) throws {
        let hub = SmallHub(
            shape: .v7,
            rows: FindingCase.users + [
                .organization(1, "lab"), .repository(1, "model"), .file(1), .commit("c", "model"), .object(of: "c"),
                .upload("model"), .invitation(1, #"{"org_id": 1}"#), .token(1, of: 1), .session(1, of: 1),
                .membership(1, of: 1, in: 1, role: "admin"),
            ])
        try CheckedHub.checking(hub, on: backend) { #expect($0.findings == []) }
    }

    @Test("stop at a name that a user and an organization have, and tell it once", arguments: TestBackend.allCases)
    func nameCollision(_ backend: TestBackend) throws {
        let rows: [SmallHub.Row] = [.organization(1, "zoe"), .organization(2, "ada")]
        try CheckedHub.checking(SmallHub(shape: .v7, rows: FindingCase.users + rows), on: backend) { hub in
            let finding = try #require(hub.findings.first)
            #expect(hub.findings.count == 1)
            #expect(finding.severity == .error)
            #expect(finding.code == "name_collision")
            #expect(finding.table == "user")
            #expect(finding.count == 2)
            #expect(finding.examples == [#""ada": user 1 and organization 2"#, #""zoe": user 90 and organization 1"#])
            #expect(finding.action?.hasPrefix("Rename one of each pair") == true)
        }
    }

    @Test("count every row, and keep as many examples as they are asked for", arguments: TestBackend.allCases)
    func manyRows(_ backend: TestBackend) throws {
        let lost = (1...1_200).flatMap { id -> [SmallHub.Row] in
            [.token(id, of: 50), .repository(id, "model", "zoe/r\(id)", owner: 50)]
        }
        try CheckedHub.checking(SmallHub(shape: .v7, rows: FindingCase.users + lost), on: backend) { hub in
            #expect(hub.findings.map(\.code) == ["owner_changed", "quarantine"])
            #expect(hub.findings.map(\.count) == [1_200, 1_200])
            #expect(hub.findings.map(\.examples.count) == [1_200, 1_200])
            #expect(hub.findings.last?.examples.last == "id 1200")
            let few = try Runner(catalogue: .kohakuHub, connection: hub.connection, exampleLimit: 3)
                .plan(for: .run(to: .upTo(8))).findings
            #expect(few.map(\.count) == [1_200, 1_200])
            #expect(few.last?.examples == ["id 1", "id 2", "id 3"])
        }
    }

    @Test("change nothing", arguments: TestBackend.allCases)
    func nothingChanges(_ backend: TestBackend) throws {
        try CheckedHub.checking(FindingCase.hub(backend), on: backend) { hub in
            let schema = try hub.connection.readSchema()
            let again = try Runner(catalogue: .kohakuHub, connection: hub.connection, exampleLimit: .max)
                .plan(for: .run(to: .newest))
            #expect(again.findings.filter { $0.migration == 8 } == hub.findings)
            #expect(try DatabaseContents(of: hub.connection) == hub.before)
            #expect(try hub.connection.readSchema() == schema)
        }
    }
}
