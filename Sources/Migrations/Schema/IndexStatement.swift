/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
struct IndexStatement {
    /// The index's name; empty when the statement is none of this form.
    var name: String
    /// The table's name; empty as well then.
    var table: String
    var columns: [String]
    var sql: String

    init(_ sql: String) {
        // The quoted parts in order: the index, the table, the columns.
        let names = sql.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        let isReadable = sql.prefixMatch(of: /\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+"[^"]+"\s+ON\s+"[^"]+"\s*\(/) != nil
        name = isReadable ? names[0] : ""
        table = isReadable ? names[1] : ""
        columns = Array(names.dropFirst(2))
        self.sql = sql
    }

    /// Refuses what is no such statement.
    func requireReadable() throws {
        guard name.isEmpty else { return }
        throw MigrationError.unreadable(
            "an index", sql, expected: #"CREATE INDEX "name" ON "table" ("column"), each name in double quotes."#)
    }

    /// The index that it makes.
    var index: Schema.Index {
        Schema.Index(
            name: name, keys: columns.map { .column($0) }, isUnique: sql.hasPrefix("CREATE UNIQUE"), sql: sql)
    }
}
