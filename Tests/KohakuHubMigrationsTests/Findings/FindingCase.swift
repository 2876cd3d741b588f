import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// Rows of a hub that make the data checks find one thing.
struct FindingCase: Sendable, CustomStringConvertible {
    /// The message.
    var message: String
    var severity: Finding.Severity
    var code: String
    var table: String
    var examples: [String]
    /// The reason that its rows get in quarantine.
    var reason: String?
    /// The backends whose foreign keys let such rows be.
    var backends: [TestBackend]
    var rows: [SmallHub.Row]

    init(
        _ severity: Finding.Severity, _ code: String, _ table: String, _ message: String, examples: [String],
        on backends: [TestBackend] = TestBackend.allCases, _ rows: SmallHub.Row...
    ) {
        self.message = message
        self.severity = severity
        self.code = code
        self.table = table
        self.examples = examples
        self.backends = backends
        self.rows = rows
    }

    /// Rows that are quarantined, by their ids.
    init(
        quarantined ids: [Int64], of table: String, _ summary: String, because reason: String,
        on backends: [TestBackend] = TestBackend.allCases, _ rows: SmallHub.Row...
    ) {
        message = "\(ids.count == 1 ? "1 row" : "\(ids.count) rows") of \(table) will be quarantined: \(summary)."
        severity = .warning
        code = "quarantine"
        self.table = table
        examples = ids.map { "id \($0)" }
        self.reason = reason
        self.backends = backends
        self.rows = rows
    }

    var description: String { "\(code) of \(table): \(message)" }

    /// The living users of every hub here. User 50 never is one, and organizations become users from 91 on.
    static let users: [SmallHub.Row] = [.ada, .user(90, "zoe")]

    /// Each case with each backend that can have it.
    static let each = TestBackend.allCases.flatMap { backend in
        all.filter { $0.backends.contains(backend) }.map { (backend, $0) }
    }

    /// The rows of all cases together: none touches the rows of another.
    static func hub(_ backend: TestBackend, with cases: [FindingCase] = all) -> SmallHub {
        let rows = users + cases.filter { $0.backends.contains(backend) }.flatMap(\.rows)
        // Foreign keys want users and organizations before their members.
        return SmallHub(
            shape: .v7,
            rows: rows.filter { $0.table != "userorganization" }
                + rows.filter { $0.table == "userorganization" })
    }
}

/// What a finding says, for comparison.
struct FoundFinding: Hashable, CustomStringConvertible {
    var severity: Finding.Severity
    var code: String
    var table: String
    var count: Int64
    var examples: [String]
    var message: String

    init(_ finding: Finding) {
        severity = finding.severity
        code = finding.code
        table = finding.table
        count = finding.count
        examples = finding.examples
        message = finding.message
    }

    init(_ expected: FindingCase) {
        severity = expected.severity
        code = expected.code
        table = expected.table
        count = Int64(expected.examples.count)
        examples = expected.examples
        message = expected.message
    }

    var description: String { "\(severity) \(code) \(table) \(count) \(examples): \(message)" }
}
