import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// The upgrade of a small hub to version 8, judged.
struct HubUpgrade {
    /// What is wrong, nothing in a good upgrade.
    private(set) var violations: [String] = []
    /// The rows afterwards.
    private(set) var after: DatabaseContents

    /// - Parameter template: An empty database of the hub's shape.
    /// - Throws: ``NoHub`` when the database refuses the rows.
    init(of hub: SmallHub, in template: TestDatabase) throws {
        self = try template.withCopy { database in
            do {
                try hub.insert(into: database)
            } catch let error as DatabaseError {
                throw NoHub(description: "\(error)")
            }
            return try HubUpgrade(database)
        }
    }

    /// Why the rows are no hub.
    struct NoHub: Error {
        var description: String
    }

    private init(_ database: TestDatabase) throws {
        let connection = try database.connect()
        let before = try DatabaseContents(of: connection)
        let names = before["user"].map { $0.bytes("username") }
        let collides = before["organization"].contains { names.contains($0.bytes("name")) }
        let runner = Runner(catalogue: .kohakuHub, connection: connection)
        do {
            let report = try runner.run(to: .upTo(8))
            after = try DatabaseContents(of: connection)
            if collides { violations.append("a name belongs to two users") }
            violations += UpgradeLaws(before: before, after: after).violations
            violations += reportViolations(report)
            violations += try databaseViolations(connection)
            violations += try secondRunViolations(runner)
        } catch let error as MigrationError {
            after = try DatabaseContents(of: connection)
            let isCollision = error.code == .checkFailed && error.findings.contains { $0.code == "name_collision" }
            if !collides || !isCollision { violations.append("stopped: \(error)") }
            if after != before { violations.append("stopped, but changed something") }
        }
    }

    private func reportViolations(_ report: RunReport) -> [String] {
        report.migrations.flatMap(\.tables).flatMap { table in
            var violations = table.isConserved ? [] : ["the report of \(table.table) does not add up"]
            if table.rowsOut != Int64(after[table.table].count) {
                violations.append("the report says \(table.rowsOut) rows of \(table.table)")
            }
            if table.quarantined != Int64(after.quarantined(from: table.table).count) {
                violations.append("the report says \(table.quarantined) quarantined rows of \(table.table)")
            }
            return violations
        }
    }

    private func databaseViolations(_ connection: any DatabaseConnection) throws -> [String] {
        let expected = try connection.dialect == .sqlite ? Self.sqlite.get() : Self.postgresql.get()
        var violations = try SchemaLines(of: connection).differences(from: expected)
        violations += try connection.brokenReferences().map { "broken reference: \($0)" }
        violations += try connection.exhaustedSequences().map { "the next id of \($0) is taken" }
        let integrity = try connection.integrity()
        return violations + (integrity == "ok" ? [] : [integrity])
    }

    private func secondRunViolations(_ runner: Runner) throws -> [String] {
        guard try runner.run(to: .upTo(8)).isUnchanged, try DatabaseContents(of: runner.connection) == after else {
            return ["a second run changed something"]
        }
        return []
    }

    private static let sqlite = Result { try SchemaLines(version: 8, backend: .sqlite) }
    private static let postgresql = Result { try SchemaLines(version: 8, backend: .postgresql) }
}
