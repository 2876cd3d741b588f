import KohakuHubMigrations
import Migrations

/// The output of `quarantine list`.
struct QuarantineText {
    let text: String

    init(_ rows: [QuarantinedRow], summary: [QuarantineSummary], database: DatabaseURL) {
        var lines = ["\(database)".escaped, ""]
        guard !rows.isEmpty else {
            text = (lines + ["Nothing is in quarantine."]).joined(separator: "\n")
            return
        }
        let counts = summary.map { "\($0.table) \($0.count)" }.joined(separator: ", ")
        lines.append("Rows in quarantine: \(rows.count) (\(counts))".wrapped())
        var table = TextTable([("no.", .right), ("by", .left), ("row", .left), ("reason", .left)])
        for row in rows {
            let migration = Int(row.migration).paddedToThree
            table.add([String(row.id), migration, row.origin, row.reason])
        }
        lines += ["", table.text(indent: 0), "", "To put rows back: kohaku-migrate quarantine release <no.> ..."]
        text = lines.joined(separator: "\n")
    }
}

/// One line of `quarantine export`.
struct QuarantineLine {
    let text: String

    init(_ row: QuarantinedRow) throws {
        // The row is JSON already and goes in as it is, with every digit.
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

        init(_ row: QuarantinedRow) {
            id = row.id
            migration = row.migration
            sourceTable = row.table
            sourceID = row.sourceID
            reason = row.reason
            quarantinedAt = row.quarantinedAt
        }
    }

    var database: String
    var count: Int
    var tables: [String: Int64]
    var rows: [Row]

    init(_ rows: [QuarantinedRow], summary: [QuarantineSummary], database: DatabaseURL) {
        self.database = "\(database)"
        count = rows.count
        tables = Dictionary(summary.map { ($0.table, $0.count) }, uniquingKeysWith: +)
        self.rows = rows.map(Row.init)
    }
}

/// The document of `quarantine release` and `quarantine purge`: the rows that left the quarantine.
struct QuarantineChangeDocument: Encodable {
    var status = "done"
    var database: String
    var count: Int
    var rows: [QuarantineDocument.Row]

    init(_ rows: [QuarantinedRow], database: DatabaseURL) {
        self.database = "\(database)"
        count = rows.count
        self.rows = rows.map(QuarantineDocument.Row.init)
    }
}
