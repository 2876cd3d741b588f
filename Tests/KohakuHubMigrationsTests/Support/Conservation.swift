import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// Looks for rows that an upgrade lost, doubled or changed, by nothing but the contents before and after.
struct Conservation {
    var before: DatabaseContents
    var after: DatabaseContents
    private(set) var violations: [String] = []

    /// Values that 008 gives a new meaning: each has a rule and a test of its own.
    private static let remapped: Set = [
        "userorganization.organization_id", "invitation.parameters", "repository.owner_id",
        // What an upgrade that stopped half-way had begun to fill.
        "user.normalized_name", "file.owner_id", "commit.owner_id", "lfsobjecthistory.file_id",
    ]

    init(before: DatabaseContents, after: DatabaseContents) {
        self.before = before
        self.after = after
        for table in before.tables.keys.sorted() where table != "organization" && table != Quarantine.kohakuHub.table {
            checkEachRowIsSomewhere(table)
            checkNewRows(table)
            checkValues(table)
        }
        checkOrganizations()
        checkQuarantinedRows()
    }

    /// rows in = rows out + quarantined − copies, row by row.
    private mutating func checkEachRowIsSomewhere(_ table: String) {
        let stayed = Set(after[table].map(\.id))
        let quarantined = after.quarantined(from: table).map(\.sourceID)
        for id in before[table].map(\.id) + before.quarantined(from: table).map(\.sourceID) {
            let places = (stayed.contains(id) ? 1 : 0) + quarantined.count { $0 == id }
            if places != 1 { violations.append("row \(id) of \(table) is in \(places) places") }
        }
    }

    /// What is new is an organization that became a user, or the copy of a file whose repository nothing tells.
    private mutating func checkNewRows(_ table: String) {
        let known = Set(before[table].map(\.id) + before.quarantined(from: table).map(\.sourceID))
        let new = after[table].filter { !known.contains($0.id) }
        switch table {
        case "user":
            let present = Set(before["user"].compactMap { $0["username"]?.text })
            let organizations = before["organization"].compactMap { $0["name"]?.text }
                .filter { !present.contains($0) }.sorted()
            let expected = after.tables["organization"] == nil ? organizations : []
            let names = new.compactMap { $0["username"]?.text }.sorted()
            if names != expected { violations.append("new users \(names), organizations \(expected)") }
        case "file":
            for copy in new where !before["file"].contains(where: { copy.isCopy(of: $0) }) {
                violations.append("row \(copy.id) of file is no copy")
            }
        default:
            if !new.isEmpty { violations.append("\(table) has \(new.count) rows from nowhere") }
        }
    }

    private mutating func checkValues(_ table: String) {
        let rows = Dictionary(grouping: after[table], by: \.id).compactMapValues(\.first)
        for row in before[table] {
            guard let now = rows[row.id] else { continue }
            for (column, value) in row {
                guard let found = now[column], found != value, !Self.remapped.contains("\(table).\(column)") else {
                    continue
                }
                // What was never counted is 0.
                if value == .null, column.hasSuffix("used_bytes") || column == "usage_count", found == 0 { continue }
                violations.append("\(table).\(column) of row \(row.id) was \(value) and is \(found)")
            }
        }
    }

    /// An organization keeps every value that a user has a column for.
    private mutating func checkOrganizations() {
        guard after.tables["organization"] == nil else { return }
        for organization in before["organization"] {
            let name = organization.bytes("name")
            guard let user = after["user"].first(where: { $0.bytes("username") == name }) else { continue }
            for (column, value) in organization where !["id", "name"].contains(column) && value != .null {
                if user[column] != value {
                    violations.append(
                        "organization.\(column) of \(organization.id) was \(value) and is \(user[column] ?? nil)")
                }
            }
        }
    }

    /// A quarantined row is kept whole: every column, as text or number as it was.
    private mutating func checkQuarantinedRows() {
        for row in after.quarantined where !before.quarantined.contains(row) {
            guard let original = before[row.table].first(where: { $0.id == row.sourceID }) else {
                violations.append("quarantine holds row \(row.sourceID) of \(row.table), which never was")
                continue
            }
            for (column, value) in original where row.values[column]?.isSame(as: value) != true {
                violations.append("\(row.table).\(column) of quarantined row \(row.sourceID) is not \(value)")
            }
        }
    }
}

extension DatabaseContents.Row {
    var id: Int64 { self["id"]?.integer ?? -1 }

    /// A text by its bytes: Swift holds composed and decomposed letters for equal, databases do not.
    func bytes(_ column: String) -> [UInt8] { Array((self[column]?.text ?? "").utf8) }

    fileprivate func isCopy(of other: Self) -> Bool {
        ["path_in_repo", "size", "sha256", "lfs", "created_at", "updated_at"].allSatisfy { self[$0] == other[$0] }
    }
}
