import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// One row of the quarantine, with its original values as JSON.
struct QuarantinedRow: Hashable {
    var table: String
    var sourceID: Int64
    var reason: String
    var values: [String: JSONValue]
}

/// What a row is in JSON.
enum JSONValue: Hashable, Decodable {
    case null
    case number(Double)
    case boolean(Bool)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}

extension JSONValue {
    /// Whether it says what a database holds: blobs are base64, and PostgreSQL writes the time of a timestamp after a `T`.
    func isSame(as value: DatabaseValue) -> Bool {
        switch (self, value) {
        case (.null, .null): true
        case (.number(let number), .integer(let value)): number == Double(value)
        case (.number(let number), .real(let value)): number == value
        case (.boolean(let boolean), .boolean(let value)): boolean == value
        case (.text(let text), .blob(let bytes)): text == Data(bytes).base64EncodedString()
        case (.text(let text), .text(let value)):
            text == value || text.wholeMatch(of: /[-\d]{10}T[:.\d]+/) != nil && text.replacing("T", with: " ") == value
        default: false
        }
    }
}

extension QuarantinedRow {
    fileprivate init(_ row: DatabaseContents.Row) {
        let json = Data((row["row_json"]?.text ?? "").utf8)
        table = row["source_table"]?.text ?? ""
        sourceID = row["source_id"]?.integer ?? -1
        reason = row["reason"]?.text ?? ""
        values = (try? JSONDecoder().decode([String: JSONValue].self, from: json)) ?? [:]
    }
}

extension DatabaseContents {
    /// Everything that is in quarantine.
    var quarantined: [QuarantinedRow] {
        self[Quarantine.kohakuHub.table].map(QuarantinedRow.init)
    }

    /// The rows of one table that are in quarantine.
    func quarantined(from table: String) -> [QuarantinedRow] {
        self[Quarantine.kohakuHub.table].filter { $0["source_table"]?.text == table }.map(QuarantinedRow.init)
    }
}
