import FoundationEssentials
import KohakuHubMigrations
import Migrations

/// Prints a document as JSON with sorted keys.
func printJSON(_ document: some Encodable) throws {
    print(try jsonText(document, [.prettyPrinted, .sortedKeys]))
}

/// A value as printable JSON: control and invisible characters are escaped.
func jsonText(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting = []) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union(.withoutEscapingSlashes)
    return String(decoding: try encoder.encode(value), as: UTF8.self).escapedJSON
}

/// `{"status": "error", …}`: what every verb prints with `--json` when it stops.
struct ErrorDocument: Encodable {
    var status = "error"
    var code: String
    var exitStatus: Int32
    var message: String
    var migration: String?
    var nextStep: String?
    var committed: [String]
    var overtaken: [String]
    var backup: BackupDocument?
    var findings: [FindingDocument]
    var differences: [DifferenceDocument]

    init(_ error: MigrationError, status: ExitStatus) {
        code = error.code.rawValue
        exitStatus = status.rawValue
        message = error.message
        migration = error.migration
        nextStep = error.nextStep.map { ([$0] + error.commands).joined(separator: "\n") }
        committed = error.committed
        overtaken = error.overtaken
        backup = error.backup.map(BackupDocument.init)
        findings = error.findings.map(FindingDocument.init)
        differences = error.differences.map(DifferenceDocument.init)
    }
}

struct FindingDocument: Encodable {
    var severity: String
    var code: String
    var table: String
    var count: Int64
    var message: String
    var examples: [String]
    var action: String?

    init(_ finding: Finding) {
        severity = finding.severity.rawValue
        code = finding.code
        table = finding.table
        count = finding.count
        message = finding.message
        examples = finding.examples
        action = finding.action
    }
}

struct BackupDocument: Encodable {
    var path: String
    var size: Int64
    var restore: String?

    init(_ backup: Backup) {
        path = backup.path
        size = backup.size
        restore = backup.restoring
    }
}

struct DifferenceDocument: Encodable {
    var kind: String
    var table: String
    var name: String?
    var expected: String?
    var found: String?
    var harmless: Bool

    init(_ difference: SchemaDifference) {
        kind = difference.kind.rawValue
        table = difference.table
        name = difference.name
        expected = difference.expected
        found = difference.found
        harmless = difference.isHarmless
    }
}

struct MigrationDocument: Encodable {
    var number: Int
    var name: String
    var verdict: String
    var evidence: String

    init(_ status: MigrationStatus) {
        number = status.migration.number
        name = status.migration.name
        verdict = status.verdict.rawValue
        evidence = status.reason
    }
}

/// The document of `run` and `init`.
struct RunDocument: Encodable {
    struct Done: Encodable {
        var number: Int
        var name: String
        var seconds: Double
        var tables: [Table]
    }

    struct Table: Encodable {
        var table: String
        var rowsIn: Int64
        var kept: Int64
        var merged: Int64
        var copied: Int64
        var quarantined: Int64
        var moved: Int64
        var rowsOut: Int64
        var checksum: String?

        init(_ report: TableReport) {
            table = report.table
            rowsIn = report.rowsIn
            kept = report.kept
            merged = report.merged
            copied = report.copied
            quarantined = report.quarantined
            moved = report.moved
            rowsOut = report.rowsOut
            checksum = report.checksum
        }
    }

    var status = "done"
    var database: String
    var version: Int
    var wasFresh: Bool
    var changed: Bool
    var backup: BackupDocument?
    var migrations: [Done]
    var findings: [FindingDocument]
    var reconciled: [DifferenceDocument]
    var reconciledTables: [Table]
    var violations: [String]
    var quarantined: Int64
    var leftAlone: [DifferenceDocument]
    var seconds: Double

    init(_ report: RunReport, findings: [Finding], database: DatabaseURL) {
        self.database = "\(database)"
        version = report.version
        wasFresh = report.wasFresh
        changed = !report.isUnchanged
        backup = report.backup.map(BackupDocument.init)
        migrations = report.migrations.map { done in
            Done(
                number: done.migration.number, name: done.migration.name, seconds: done.duration / .seconds(1),
                tables: done.tables.map(Table.init))
        }
        reconciled = report.reconciled.map(DifferenceDocument.init)
        reconciledTables = report.reconciledTables.map(Table.init)
        violations = report.violations
        quarantined = report.quarantined
        self.findings = findings.map(FindingDocument.init)
        leftAlone = report.mentioned.map(DifferenceDocument.init)
        seconds = report.duration / .seconds(1)
    }
}

/// The document of `status`.
struct StatusDocument: Encodable {
    var database: String
    var state: String
    var version: Int
    var pending: Bool
    var remains: String?
    var migrations: [MigrationDocument] = []
    var warnings: [String] = []

    init(_ assessment: Assessment, database: DatabaseURL) {
        self.database = "\(database)"
        state = assessment.word
        if case .partial(_, let found) = assessment.state { remains = found }
        pending = assessment.isPending
        version = assessment.version
        migrations = assessment.statuses.map(MigrationDocument.init)
        warnings = assessment.statuses.warnings
    }
}

/// The document of `verify`.
struct VerifyDocument: Encodable {
    var exact: Bool
    var status: StatusDocument
    var differences: [DifferenceDocument]
    var violations: [String]
    var leftAlone: [DifferenceDocument]

    init(_ assessment: Assessment, database: DatabaseURL) {
        exact = assessment.isExact
        status = StatusDocument(assessment, database: database)
        differences = assessment.managedDrift.map(DifferenceDocument.init)
        violations = assessment.violations
        leftAlone = assessment.drift.filter { $0.disposition == .unmanaged }.map(DifferenceDocument.init)
    }
}

/// The document of `plan` and `run --dry-run`.
struct PlanDocument: Encodable {
    struct Pending: Encodable {
        var number: Int
        var name: String
        var evidence: String
        var consent: String?
        var sql: [String]?
    }

    var database: String
    var fresh: Bool
    var version: Int
    var pending: [Pending]
    var rows: [String: Int64]
    var drift: [DifferenceDocument]
    var findings: [FindingDocument]

    init(_ plan: Migrations.Plan, script: [[String]]?, database: DatabaseURL) {
        self.database = "\(database)"
        fresh = plan.isFresh
        version = plan.assessment.version
        pending = plan.steps.enumerated().map { index, status in
            Pending(
                number: status.migration.number, name: status.migration.name, evidence: status.reason,
                consent: status.migration.migration.consent, sql: script?[index])
        }
        rows = Dictionary(plan.rows.map { ($0.table, $0.count) }, uniquingKeysWith: +)
        drift = plan.drift.map(DifferenceDocument.init)
        findings = plan.findings.map(FindingDocument.init)
    }
}

/// The document of `plan --repair` and `repair --dry-run`.
struct RepairPlanDocument: Encodable {
    struct Table: Encodable {
        var table: String
        var rows: Int64
        var present: Bool
        var leftover: Bool
        var otherColumns: [String]
        var missingColumns: [String]
        var otherDifferences: Int

        /// The tables that differ from the newest schema, in alphabetical order, then what older upgrades left behind.
        static func all(_ plan: Migrations.Plan) -> [Table] {
            let rows = Dictionary(plan.rows.map { ($0.table, $0.count) }, uniquingKeysWith: +)
            let all = Dictionary(grouping: plan.assessment.drift, by: \.table).compactMap { name, drift -> Table? in
                let others = drift.filter { [.unknownRequiredColumn, .ownColumn].contains($0.kind) }
                let changes = drift.filter { $0.disposition != .unmanaged && $0.kind != .unknownRequiredColumn }
                guard !changes.isEmpty else { return nil }
                let missing = changes.filter { $0.kind == .missingColumn }.compactMap(\.name)
                let present = changes[0].kind != .missingTable
                let leftover = changes[0].kind == .leftoverTable
                return Table(
                    table: name, rows: rows[name] ?? 0, present: present, leftover: leftover,
                    otherColumns: others.compactMap(\.name), missingColumns: missing,
                    otherDifferences: present && !leftover ? changes.count - missing.count : 0)
            }
            return all.sorted { ($0.leftover ? 1 : 0, $0.table) < ($1.leftover ? 1 : 0, $1.table) }
        }
    }

    var state: String
    var tables: [Table]
    var run: RunDocument

    init(_ plan: Migrations.Plan, _ report: RunReport, findings: [Finding], database: DatabaseURL) {
        state = plan.assessment.word
        tables = Table.all(plan)
        run = RunDocument(report, findings: findings, database: database)
        run.status = "rehearsed"
    }
}
