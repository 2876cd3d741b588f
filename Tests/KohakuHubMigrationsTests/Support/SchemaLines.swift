import Migrations
import MigrationsTesting

/// A schema as a set of sentences, one for each column, index and key, so that two schemas differ by the sentences that
/// only one of them has. The order of columns does not count.
///
/// It is neither read nor compared by the product's own code, which it is there to prove.
struct SchemaLines: Hashable, Sendable {
    var lines: Set<String> = []

    /// What only this and what only the other schema says.
    func differences(from other: SchemaLines) -> [String] {
        lines.subtracting(other.lines).sorted().map { "is:        \($0)" }
            + other.lines.subtracting(lines).sorted().map { "should be: \($0)" }
    }

    mutating func add(column: String, of table: String, type: String, nullable: Bool, key: Bool, default: String?) {
        lines.insert(
            "\(table).\(column) \(type)\(nullable ? "" : " NOT NULL")\(key ? " PRIMARY KEY" : "")"
                + (`default`.map { " DEFAULT \($0)" } ?? ""))
    }

    mutating func add(index: String, of table: String, columns: [String], unique: Bool) {
        lines.insert("\(unique ? "UNIQUE " : "")INDEX \(index) ON \(table) (\(columns.joined(separator: ", ")))")
    }

    mutating func add(foreignKey name: String?, of table: String, column: String, to parent: String, onDelete: String) {
        lines.insert("FOREIGN KEY \(name ?? "") \(table).\(column) TO \(parent) ON DELETE \(onDelete)")
    }

    mutating func add(fact: String, of table: String) {
        lines.insert("\(table): \(fact)")
    }
}
