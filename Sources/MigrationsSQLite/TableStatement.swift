import CSQLite
import Migrations

/// A `CREATE TABLE` statement as SQLite stores it, split into its columns and constraints; their text is unchanged.
struct TableStatement {
    private var head: String
    fileprivate var items: [String]
    private var tail: String

    /// Splits a statement, `nil` when it has no list in parentheses.
    init?(_ sql: String) {
        guard let open = SQLText.outermost(in: sql[...], "(") else { return nil }
        let start = sql.index(after: open)
        guard let close = SQLText.outermost(in: sql[start...], ")") else { return nil }
        head = String(sql[..<start])
        items = SQLText.list(sql[start..<close])
        tail = String(sql[close...])
    }

    /// The statement.
    var sql: String { head + items.joined(separator: ",") + tail }

    /// Whether a column has AUTOINCREMENT.
    var isAutoincrement: Bool { items.contains { SQLText.keywords($0).contains("AUTOINCREMENT") } }

    /// The definition of a column, split into clauses.
    func column(_ name: String) -> ColumnText? {
        items.lazy.compactMap(ColumnText.init).first { $0.name == name }
    }

    /// The CHECK constraints, those of columns as well.
    var checks: [String] {
        items.flatMap { item in
            ColumnText(item)?.clauses(of: [.check]) ?? (Self.kind(item) == "CHECK" ? [item.trimmingSpaces()] : [])
        }
    }

    /// The statement of the replacement table: the rebuild's definitions, and those that it keeps.
    func rebuilt(_ rebuild: TableRebuild, as name: String) -> String {
        let keepsUnique = { (columns: [String]) in rebuild.keptConstraints.contains { $0.columns == columns } }
        let present = items.map { (text: $0, column: ColumnText($0)) }
        var lines = rebuild.columns.map { definition in
            guard let old = present.first(where: { $0.column?.name == definition.name })?.column else {
                return definition.sql
            }
            let unique: Set<ColumnText.Kind> = keepsUnique([definition.name]) ? [.unique] : []
            if rebuild.keptColumns.contains(definition.name) {
                return old.without(Set([.reference, .unique]).subtracting(unique))
            }
            return ([definition.sql] + old.clauses(of: unique.union([.check, .collation]))).joined(separator: " ")
        }
        for (item, column) in present where column == nil {
            let columns = Self.columns(item) ?? []
            let isKept =
                switch Self.kind(item) {
                case "CHECK": true
                case "UNIQUE": keepsUnique(columns)
                case "PRIMARY KEY": Set(rebuild.keptColumns).isSuperset(of: columns)
                default: false
                }
            if isKept { lines.append(item.trimmingSpaces()) }
        }
        lines += rebuild.foreignKeys
        return "CREATE TABLE \(name) (\n    \(lines.joined(separator: ",\n    "))\n\(tail)"
    }

    /// Replaces a column's definition. What it is not about stays: UNIQUE, REFERENCES, CHECK, COLLATE and GENERATED.
    /// - Parameter table: The table as it is.
    mutating func replaceColumn(_ column: ColumnDefinition, of table: Schema.Table) {
        guard let index = items.firstIndex(where: { SQLText.identifier(at: SQLText.words($0).first) == column.name })
        else {
            return
        }
        let kept = ColumnText(items[index])?.clauses(of: [.unique, .check, .collation, .generation]) ?? []
        let references = table.foreignKeys.filter { $0.columns == [column.name] }
        items[index] = Self.indentation(of: items[index]) + ([column.sql] + kept).joined(separator: " ")
        if !hasConstraint("FOREIGN KEY", on: column.name) { references.forEach { append($0.definition) } }
    }

    /// Removes the table constraints of a kind on this column only, and returns whether there was one.
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
        self.kind(item) == kind ? columns(item) : nil
    }

    /// What is in a table constraint's parentheses.
    private static func columns(_ item: String) -> [String]? {
        guard let list = SQLText.words(item).last, list.hasPrefix("(") else { return nil }
        return SQLText.list(list.dropFirst().dropLast()).compactMap { SQLText.identifier(at: SQLText.words($0).first) }
    }

    /// The words by which a table constraint begins, without its name: `FOREIGN KEY`.
    fileprivate static func kind(_ item: String) -> String {
        var words = SQLText.words(item)[...]
        if words.first?.uppercased() == "CONSTRAINT" { words = words.dropFirst(2) }
        return words.prefix { !$0.hasPrefix("(") }.map { $0.uppercased() }.joined(separator: " ")
    }

    private static func indentation(of item: String) -> String {
        String(item.prefix { $0.isWhitespace })
    }
}

extension TableStatement {
    /// Whether a statement has a word of what no pragma reports, as itself or as a part of something else.
    static func mayTellMore(_ sql: String) -> Bool {
        ["AUTOINCREMENT", "CONSTRAINT", "DEFERRABLE", "MATCH"].contains { mayContain($0, sql) }
    }

    /// Whether a word is somewhere in a statement, perhaps in a name.
    static func mayContain(_ word: String, _ sql: String) -> Bool {
        sqlite3_strlike("%\(word)%", sql, 0) == 0
    }

    /// What no pragma reports of a foreign key.
    struct Reference {
        var name: String?
        var match: String?
        var deferrability: String?

        /// Reads `[CONSTRAINT name] … REFERENCES table … [MATCH FULL] … [DEFERRABLE [INITIALLY DEFERRED]]`.
        init(_ words: [Substring]) {
            let upper = words.map { $0.uppercased() }
            name = upper.first == "CONSTRAINT" && words.count > 1 ? SQLText.name(at: String(words[1])) : nil
            if let index = upper.lastIndex(of: "MATCH"), index + 1 < upper.count, upper[index + 1] != "SIMPLE" {
                match = upper[index + 1]
            }
            if let index = upper.lastIndex(of: "DEFERRABLE"), index == 0 || upper[index - 1] != "NOT" {
                deferrability = "DEFERRABLE" + (upper.last == "DEFERRED" ? " INITIALLY DEFERRED" : "")
            }
        }
    }

    /// The foreign keys in the order in which they are written.
    var references: [Reference] {
        items.flatMap { item -> [Reference] in
            if let column = ColumnText(item) {
                return column.clauses(of: [.reference]).map { Reference(SQLText.allWords($0)) }
            }
            return Self.kind(item) == "FOREIGN KEY" ? [Reference(SQLText.allWords(item))] : []
        }
    }
}
