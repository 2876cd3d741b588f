import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// A database's rows as both backends can hold them: booleans as 0 and 1, times as microseconds, texts as bytes.
struct ComparableContents {
    private(set) var lines: Set<String> = []

    init(_ contents: DatabaseContents) {
        for (table, rows) in contents.tables where table != Quarantine.kohakuHub.table {
            for row in rows {
                let values = row.keys.sorted().map { "\($0): \(Self.comparable(row[$0] ?? .null))" }
                lines.insert("\(table) \(values.joined(separator: ", "))")
            }
        }
        for row in contents.quarantined {
            let values = row.values.keys.sorted().map { "\($0): \(Self.comparable(row.values[$0] ?? .null))" }
            lines.insert("quarantine \(row.table) \(row.reason) \(values.joined(separator: ", "))")
        }
    }

    /// What only one of two databases has.
    func differences(from other: ComparableContents) -> [String] {
        lines.subtracting(other.lines).sorted().map { "only SQLite has \($0)" }
            + other.lines.subtracting(lines).sorted().map { "only PostgreSQL has \($0)" }
    }

    private static func comparable(_ value: DatabaseValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer, .boolean: "\(value.integer ?? 0)"
        case .real(let number): "\(number)"
        case .text(let text): comparable(text)
        case .blob(let bytes): "\(bytes)"
        }
    }

    private static func comparable(_ value: JSONValue) -> String {
        switch value {
        case .null: "NULL"
        case .number(let number): "\(Int64(exactly: number).map(String.init) ?? "\(number)")"
        case .boolean(let boolean): boolean ? "1" : "0"
        case .text(let text): comparable(text)
        }
    }

    private static func comparable(_ text: String) -> String {
        let time = text.hasSuffix("+00:00") ? String(text.dropLast(6)) : text
        return Moment.microseconds(time).map { "\($0) µs" } ?? "\(Array(text.utf8)) \(text)"
    }
}
