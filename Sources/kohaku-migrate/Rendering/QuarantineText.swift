import KohakuHubMigrations
import Migrations

/// The output of `quarantine list`, line by line.
struct QuarantineText {
    private static let indent = 0

    /// What is listed, and how many rows of which tables.
    let heading: String
    let nextStep = "\nPut rows back: kohaku-migrate quarantine release <no.> ..."
    private var columns = TextColumns([("no.", .right), ("by", .left), ("row", .left), ("reason", .left)])

    init(_ summary: [QuarantineSummary], filter: QuarantineFilter, database: DatabaseURL) {
        let counts = summary.map { "\($0.table) \($0.count)" }.joined(separator: ", ")
        let total = summary.reduce(0) { $0 + $1.count }
        let nothing = filter == QuarantineFilter() ? "Nothing is in quarantine." : "No such row is in quarantine."
        let text = summary.isEmpty ? nothing : "\(total.counted("row")) in quarantine (\(counts))".wrapped() + "\n"
        heading = "\("\(database)".escaped)\n\n\(text)"
    }

    mutating func measure(_ row: QuarantinedRow) { columns.measure(Self.cells(row)) }

    var header: String { columns.header(indent: Self.indent) }

    func line(_ row: QuarantinedRow) -> String { columns.line(Self.cells(row), indent: Self.indent) }

    private static func cells(_ row: QuarantinedRow) -> [String] {
        [String(row.id), Int(row.migration).paddedToThree, row.origin, row.reason]
    }
}

/// One line of `quarantine export`.
struct QuarantineLine {
    let text: String

    init(_ row: QuarantinedRow) throws {
        // The row is JSON already and is inserted verbatim, with every digit.
        text = """
            {"id":\(row.id),"migration":\(row.migration),"source_table":\(try jsonText(row.table)),\
            "source_id":\(row.sourceID.map { "\($0)" } ?? "null"),"reason":\(try jsonText(row.reason)),"row":\(row.json.escapedJSON),\
            "quarantined_at":\(try jsonText(row.quarantinedAt))}
            """
    }
}

/// The document of `quarantine list`.
struct QuarantineDocument: Encodable {
    struct Row: Encodable {
        var id: Int64
        var migration: Int64
        var sourceTable: String
        var sourceID: Int64?
        var reason: String
        var quarantinedAt: String
        /// Where it was released: its id in the table.
        var releasedID: Int64?

        init(_ row: QuarantinedRow, releasedID: Int64? = nil) {
            id = row.id
            migration = row.migration
            sourceTable = row.table
            sourceID = row.sourceID
            reason = row.reason
            quarantinedAt = row.quarantinedAt
            self.releasedID = releasedID
        }
    }

    var database: String
    var count: Int
    var tables: [String: Int64]
    var rows: [Row]

    init(_ rows: [Row], summary: [QuarantineSummary], database: DatabaseURL) {
        self.database = "\(database)"
        count = rows.count
        tables = Dictionary(summary.map { ($0.table, $0.count) }, uniquingKeysWith: +)
        self.rows = rows
    }
}

/// The document of `quarantine release` and `quarantine purge`: the rows that left the quarantine.
struct QuarantineChangeDocument: Encodable {
    var status = "done"
    var database: String
    var count: Int
    var rows: [QuarantineDocument.Row]

    init(_ rows: [QuarantineDocument.Row], database: DatabaseURL) {
        self.database = "\(database)"
        count = rows.count
        self.rows = rows
    }
}
