import FoundationEssentials
import KohakuHubMigrations
import Migrations

/// Prints a document as JSON with sorted keys.
func printJSON(_ document: some Encodable) throws {
    print(try jsonText(document, [.prettyPrinted, .sortedKeys]))
}

/// A value as JSON that can be shown: what a terminal obeys or does not show is escaped in it.
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
    var findings: [FindingDocument]
    var differences: [DifferenceDocument]

    init(_ error: MigrationError, status: ExitStatus) {
        code = error.code.rawValue
        exitStatus = status.rawValue
        message = error.message
        migration = error.migration
        nextStep = error.nextStep
        committed = error.committed
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

    init(_ entry: Migrations.Plan.Entry) {
        number = entry.migration.number
        name = entry.migration.name
        verdict = entry.verdict.rawValue
        evidence = entry.evidence
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
    var migrations: [Done]
    var findings: [FindingDocument]
    var mended: [DifferenceDocument]
    var mendedTables: [Table]
    var violations: [String]
    var quarantined: Int64
    var leftAlone: [DifferenceDocument]
    var seconds: Double

    init(_ report: RunReport, findings: [Finding], database: DatabaseURL) {
        self.database = "\(database)"
        version = report.version
        wasFresh = report.wasFresh
        changed = !report.isUnchanged
        migrations = report.migrations.map { done in
            Done(
                number: done.migration.number, name: done.migration.name, seconds: done.duration / .seconds(1),
                tables: done.tables.map(Table.init))
        }
        mended = report.mended.map(DifferenceDocument.init)
        mendedTables = report.mendedTables.map(Table.init)
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

    init(_ inspection: Inspection, _ diagnosis: Diagnosis, database: DatabaseURL) {
        self.database = "\(database)"
        state = diagnosis.word
        if case .halfDone(let found) = diagnosis { remains = found.description }
        pending = diagnosis.isPending
        version = 0
        guard case .known(let plan) = inspection.state else { return }
        version = plan.version
        migrations = plan.entries.map(MigrationDocument.init)
        warnings = plan.warnings
    }
}

/// The document of `verify`.
struct VerifyDocument: Encodable {
    var exact: Bool
    var status: StatusDocument
    var differences: [DifferenceDocument]
    var violations: [String]
    var leftAlone: [DifferenceDocument]

    init(_ verification: Verification, database: DatabaseURL) {
        exact = verification.isExact
        status = StatusDocument(verification.inspection, verification.diagnosis, database: database)
        differences = verification.differences.map(DifferenceDocument.init)
        violations = verification.violations
        leftAlone = verification.mentioned.map(DifferenceDocument.init)
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
    var mending: [DifferenceDocument]
    var findings: [FindingDocument]

    init(_ preview: RunPreview, statements: StatementPreview?, database: DatabaseURL) {
        self.database = "\(database)"
        fresh = preview.isFresh
        version = preview.version
        pending = preview.pending.enumerated().map { index, entry in
            Pending(
                number: entry.migration.number, name: entry.migration.name, evidence: entry.evidence,
                consent: entry.migration.migration.consent, sql: statements?.entries[index].statements)
        }
        rows = Dictionary(preview.rows.map { ($0.table, $0.count) }, uniquingKeysWith: +)
        mending = preview.mending.map(DifferenceDocument.init)
        findings = preview.findings.map(FindingDocument.init)
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
    }

    var state: String
    var tables: [Table]
    var run: RunDocument

    init(_ preview: RepairPreview, database: DatabaseURL) {
        state = preview.diagnosis.word
        tables = preview.tables.map {
            Table(
                table: $0.name, rows: $0.rows, present: $0.isThere, leftover: $0.isLeftover,
                otherColumns: $0.otherColumns,
                missingColumns: $0.missingColumns, otherDifferences: $0.otherDifferences)
        }
        run = RunDocument(preview.report, findings: preview.findings, database: database)
        run.status = "rehearsed"
    }
}
