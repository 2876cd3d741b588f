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

    /// Gives a column another definition, and says whether there is one of that name.
    @discardableResult
    mutating func replaceColumn(_ name: String, by definition: String) -> Bool {
        guard let index = items.firstIndex(where: { SQLText.name(at: SQLText.words($0).first) == name }) else {
            return false
        }
        items[index] = Self.indentation(of: items[index]) + definition
        return true
    }

    /// Removes the table constraints that make a column alone a foreign key, and says whether there was one.
    mutating func removeForeignKey(on column: String) -> Bool {
        let count = items.count
        items.removeAll { Self.foreignKeyColumns($0) == [column] }
        return items.count < count
    }

    /// Adds a table constraint.
    mutating func append(_ constraint: String) {
        items.append(Self.indentation(of: items.last ?? "") + constraint)
    }

    /// The columns of `[CONSTRAINT name] FOREIGN KEY (a, b) …`, `nil` for anything else.
    private static func foreignKeyColumns(_ item: String) -> [String]? {
        var words = SQLText.words(item)[...]
        if words.first?.uppercased() == "CONSTRAINT" { words = words.dropFirst(2) }
        guard words.count > 2, words.removeFirst().uppercased() == "FOREIGN", words.removeFirst().uppercased() == "KEY",
            let list = words.first, list.hasPrefix("(")
        else { return nil }
        return SQLText.list(list.dropFirst().dropLast()).compactMap { SQLText.name(at: SQLText.words($0).first) }
    }

    private static func indentation(of item: String) -> String {
        String(item.prefix { $0.isWhitespace })
    }
}
