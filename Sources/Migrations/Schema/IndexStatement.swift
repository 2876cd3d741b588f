/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
struct IndexStatement {
    /// The index's name; empty when the statement does not have this form.
    var name: String
    /// The table's name; empty as well then.
    var table: String
    var columns: [String]
    var sql: String

    init(_ sql: String) {
        // Between the quotes: what is to be made, the index, ON, the table, a parenthesis, the columns.
        let parts = sql.split(separator: "\"", omittingEmptySubsequences: false)
        let quoted = parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
        let isReadable =
            parts.count > 4 && [["CREATE", "INDEX"], ["CREATE", "UNIQUE", "INDEX"]].contains(parts[0].words)
            && parts[2].words == ["ON"] && parts[4].words.first?.hasPrefix("(") == true
            && !quoted[0].isEmpty && !quoted[1].isEmpty
        name = isReadable ? quoted[0] : ""
        table = isReadable ? quoted[1] : ""
        columns = Array(quoted.dropFirst(2))
        self.sql = sql
    }

    /// Refuses any other statement.
    func requireReadable() throws {
        guard name.isEmpty else { return }
        throw MigrationError.unreadable(
            "an index", sql, expected: #"CREATE INDEX "name" ON "table" ("column"), each name in double quotes."#)
    }

    /// The index that it creates.
    var index: Schema.Index {
        Schema.Index(
            name: name, keys: columns.map { .column($0) }, isUnique: sql.hasPrefix("CREATE UNIQUE"), sql: sql)
    }
}

extension Substring {
    fileprivate var words: [Substring] { split(whereSeparator: \.isWhitespace) }
}
