import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// What the checks announce, held against what the run then does.
@Suite("The findings of 008 come true")
struct FindingsComeTrue {
    @Test("row by row in quarantine, each with the reason of its rule", arguments: TestBackend.allCases)
    func quarantine(_ backend: TestBackend) throws {
        try CheckedHub.checking(FindingCase.hub(backend), on: backend) { hub in
            let upgraded = try hub.upgraded()
            let cases = FindingCase.all.filter { $0.backends.contains(backend) && $0.reason != nil }
            for expected in cases {
                let rows = upgraded.after.quarantined(from: expected.table).filter { $0.reason == expected.reason }
                #expect(rows.map { "id \($0.sourceID)" }.sorted() == expected.examples.sorted(), "\(expected)")
            }
            #expect(upgraded.after.quarantined.count == cases.reduce(0) { $0 + $1.examples.count })
            for (table, cases) in Dictionary(grouping: cases, by: \.table) {
                let report = try #require(upgraded.tables.first { $0.table == table })
                #expect(report.quarantined == Int64(cases.reduce(0) { $0 + $1.examples.count }), "\(table)")
            }
        }
    }

    @Test("for files, owners, names and invitations", arguments: TestBackend.allCases)
    func decisions(_ backend: TestBackend) throws {
        try CheckedHub.checking(FindingCase.hub(backend), on: backend) { hub in
            let upgraded = try hub.upgraded()
            let after = upgraded.after
            let repositoryOfFile = Dictionary(
                after["file"].map { ($0.id, $0["repository_id"]?.integer) }
            ) { first, _ in first }
            #expect([11, 12, 13, 14].map { repositoryOfFile[$0] } == [12, 13, 16, 17])
            #expect(upgraded.tables.first { $0.table == "file" }?.copied == 2)
            #expect(after["lfsobjecthistory"].first { $0.id == 70 }?["repository_id"] == 23)
            #expect(after["commit"].first { $0["commit_id"] == "m" }?["repository_id"] == 31)
            let changed = hub.before["repository"].filter { before in
                after["repository"].contains { $0.id == before.id && $0["owner_id"] != before["owner_id"] }
            }
            #expect(changed.map(\.id).sorted() == [41, 42])
            let names = after["user"].filter { $0["normalized_name"]?.text?.contains("~") == true }
            #expect(Set(names.compactMap { $0["normalized_name"]?.text }) == ["ada~2", "lab~92"])
            let invitations = Dictionary(after["invitation"].map { ($0.id, $0) }) { first, _ in first }
            #expect(invitations[51]?["parameters"] == "{broken")
            #expect(invitations[54]?["used_by_id"] == .null)
            #expect(invitations[55]?["used_by_id"] == 90)
        }
    }

    @Test("the same in the plan and in the run", arguments: TestBackend.allCases)
    func told(_ backend: TestBackend) throws {
        try CheckedHub.checking(FindingCase.hub(backend), on: backend) { hub in
            let told = try hub.upgraded().told
            #expect(told == hub.findings)
        }
    }

    @Test(
        "on real databases, also of versions that lack tables", arguments: TestBackend.allCases,
        ["v00", "v01", "v02", "v03", "v04", "v05", "v07", "v07upgraded"])
    func fixtures(_ backend: TestBackend, _ fixture: String) throws {
        try CheckedHub.checking(Fixture(fixture), on: backend) { hub in
            let upgraded = try hub.upgraded()
            #expect(upgraded.told == hub.findings)
            let announced = Dictionary(
                grouping: hub.findings.filter { $0.code == "quarantine" }, by: \.table)
            #expect(!announced.isEmpty)
            for report in upgraded.tables {
                let findings = announced[report.table] ?? []
                #expect(report.quarantined == findings.reduce(0) { $0 + $1.count }, "\(report.table)")
                let quarantined = upgraded.after.quarantined(from: report.table).map(\.sourceID).sorted()
                #expect(quarantined == findings.flatMap(\.ids).sorted(), "\(report.table)")
            }
            let copied = hub.findings.filter { $0.code == "shared_full_id_copied" }.reduce(0) { $0 + $1.count }
            #expect(upgraded.tables.first { $0.table == "file" }?.copied ?? 0 >= copied)
        }
    }
}
