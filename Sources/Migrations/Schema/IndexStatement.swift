/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
struct IndexStatement {
    /// The index's name; empty when the statement does not have this form.
    var name: String
    /// The table's name; empty as well then.
    var table: String
    /// The index that it creates. Anything more than columns and a condition makes it not plain: not all of its keys are known then.
    var index: Schema.Index

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
        // What stands behind each column.
        let separators = parts.indices.filter { $0 % 2 == 0 && $0 > 4 }.map { parts[$0].words }
        let opens = isReadable && parts[4].words == ["("]
        let count = opens ? (separators.firstIndex { $0 != [","] } ?? -1) + 1 : 0
        let ending = count > 0 ? separators[count - 1].map { $0.uppercased() } : []
        let isPartial = ending.prefix(2) == [")", "WHERE"]
        index = Schema.Index(
            name: name, keys: quoted.dropFirst(2).prefix(count).map { .column($0) },
            isUnique: sql.hasPrefix("CREATE UNIQUE"), isPartial: isPartial, isPlain: isPartial || ending == [")"],
            sql: sql)
    }

    /// Refuses any other statement.
    func requireReadable() throws {
        guard name.isEmpty else { return }
        throw MigrationError.unreadable(
            "an index", index.sql, expected: #"CREATE INDEX "name" ON "table" ("column"), each name in double quotes."#)
    }
}

extension Substring {
    fileprivate var words: [Substring] { split(whereSeparator: \.isWhitespace) }
}
