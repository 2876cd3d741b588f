import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// A hub, and what the data checks found in it before anything changed.
struct CheckedHub {
    var connection: any DatabaseConnection
    var before: DatabaseContents
    var findings: [Finding]

    /// Looks at a database as `plan` does.
    init(_ database: TestDatabase) throws {
        connection = try database.connect()
        before = try DatabaseContents(of: connection)
        findings = try Runner(catalogue: .kohakuHub, connection: connection, exampleLimit: .max)
            .plan(for: .run(to: .upTo(8))).findings
    }

    /// Hands over a small hub.
    static func checking(_ hub: SmallHub, on backend: TestBackend, _ body: (CheckedHub) throws -> Void) throws {
        try hub.shape.withTemplate(backend) { database in
            try hub.insert(into: database)
            try body(CheckedHub(database))
        }
    }

    /// Hands over a real database.
    static func checking(_ fixture: Fixture, on backend: TestBackend, _ body: (CheckedHub) throws -> Void) throws {
        try backend.withDatabase { database in
            try fixture.load(into: database)
            try body(CheckedHub(database))
        }
    }

    /// Runs what was looked at.
    /// - Returns: The rows afterwards, what became of each table by the report of 008, and the findings that were told.
    func upgraded() throws -> (after: DatabaseContents, tables: [TableReport], told: [Finding]) {
        var told: [Finding] = []
        let runner = Runner(
            catalogue: .kohakuHub, connection: connection,
            emit: { event in
                if case .found(let finding) = event { told.append(finding) }
            }, exampleLimit: .max)
        let report = try runner.run(to: .upTo(8))
        let tables = report.migrations.first { $0.migration.number == 8 }?.tables ?? []
        return (try DatabaseContents(of: connection), tables, told)
    }
}

extension Finding {
    /// The ids of its examples, where they are ids.
    var ids: [Int64] {
        examples.compactMap { example in
            let words = example.split(separator: " ")
            return words.count == 2 && words[0] == "id" ? Int64(words[1]) : nil
        }
    }
}
