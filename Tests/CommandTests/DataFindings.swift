import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// What the data checks find in a hub, as the command tells it.
@Suite("Findings")
struct DataFindings {
    private func expected(_ hub: Hub) throws -> [FindingDocument] {
        try Runner(catalogue: .kohakuHub, connection: hub.database.connect(), exampleLimit: .max)
            .plan(for: .run(to: .newest)).findings
            .map { finding in
                FindingDocument(
                    severity: finding.severity.rawValue, code: finding.code, table: finding.table,
                    count: Int(finding.count), message: finding.message, examples: finding.examples,
                    action: finding.action)
            }
    }

    @Test(
        "are all in the documents of the plan, the dry run and the run", arguments: TestBackend.allCases,
        ["v00", "v02", "v05", "v07"])
    func documents(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            let expected = try expected(hub)
            #expect(expected.contains { $0.code == "quarantine" })
            #expect(try hub.json(PlanDocument.self, "plan").findings == expected)
            #expect(try hub.json(PlanDocument.self, "run", "--dry-run").findings == expected)
            #expect(try hub.json(RunDocument.self, "run", "--yes").findings == expected)
        }
    }

    @Test("are all in the text of the plan and of the run, which differ in nothing", arguments: TestBackend.allCases)
    func text(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let findings = try expected(hub)
            let plan = try words(hub("plan").output)
            let run = try words(hub("run", "--yes").output)
            for finding in findings {
                #expect(plan.contains("\(finding.severity): \(finding.message)"))
                #expect(run.contains("\(finding.severity): \(finding.message)"))
            }
        }
    }

    @Test("leave the database as it is, to the byte", arguments: TestBackend.allCases, ["v00", "v02", "v05", "v07"])
    func unchanged(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            let before = try hub.snapshot()
            try hub.expect(0, "plan")
            try hub.expect(0, "plan", "--json")
            try hub.expect(0, "run", "--dry-run")
            #expect(try hub.snapshot() == before)
        }
    }

    /// The text in one line: where it is broken depends on the terminal.
    private func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
