import Migrations

/// A `CREATE TABLE` statement as SQLite keeps it, taken apart into its columns and constraints; their text stays as it was.
struct TableStatement {
    private var head: String
    private var items: [String]
    private var tail: String

    /// Takes a statement apart, `nil` when it has no list in parentheses.
    init?(_ sql: String) {
        guard let open = SQLText.outermost(in: sql, where: { $0 == "(" }) else { return nil }
        let start = sql.index(after: open)
        guard let close = SQLText.outermost(in: sql[start...], where: { $0 == ")" }) else { return nil }
        head = String(sql[..<start])
        items = SQLText.list(sql[start..<close])
        tail = String(sql[close...])
    }

    /// The statement.
    var sql: String { head + items.joined(separator: ",") + tail }

    /// Whether a column has AUTOINCREMENT.
    var isAutoincrement: Bool { items.contains { SQLText.keywords($0).contains("AUTOINCREMENT") } }

    /// Gives a column another definition. What its own one said of uniqueness and references stays.
    /// - Parameter table: The table as it is.
    mutating func replaceColumn(_ column: ColumnDefinition, of table: Schema.Table) {
        guard let index = items.firstIndex(where: { SQLText.name(at: SQLText.words($0).first) == column.name }) else {
            return
        }
        let isUnique = table.uniqueConstraints.contains { $0.columns == [column.name] }
        let hasOwnUnique = isUnique && !hasConstraint("UNIQUE", on: column.name)
        let references = table.foreignKeys.filter { $0.columns == [column.name] }
        items[index] = Self.indentation(of: items[index]) + column.sql + (hasOwnUnique ? " UNIQUE" : "")
        if !hasConstraint("FOREIGN KEY", on: column.name) { references.forEach { append($0.definition) } }
    }

    /// Removes the table constraints of a kind on a column alone, and says whether there was one.
    @discardableResult
    mutating func removeConstraint(_ kind: String, on column: String) -> Bool {
        let count = items.count
        items.removeAll { Self.columns($0, of: kind) == [column] }
        return items.count < count
    }

    private func hasConstraint(_ kind: String, on column: String) -> Bool {
        items.contains { Self.columns($0, of: kind) == [column] }
    }

    /// Adds a table constraint.
    mutating func append(_ constraint: String) {
        items.append(Self.indentation(of: items.last ?? "") + constraint)
    }

    /// The columns of a table constraint of a kind, `[CONSTRAINT name] FOREIGN KEY (a, b) …`; `nil` for anything else.
    private static func columns(_ item: String, of kind: String) -> [String]? {
        var words = SQLText.words(item)[...]
        if words.first?.uppercased() == "CONSTRAINT" { words = words.dropFirst(2) }
        guard let list = words.last, list.hasPrefix("("),
            words.dropLast().map({ $0.uppercased() }).joined(separator: " ") == kind
        else { return nil }
        return SQLText.list(list.dropFirst().dropLast()).compactMap { SQLText.name(at: SQLText.words($0).first) }
    }

    private static func indentation(of item: String) -> String {
        String(item.prefix { $0.isWhitespace })
    }
}
