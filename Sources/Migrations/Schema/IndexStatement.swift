/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
struct IndexStatement {
    var name: String
    var columns: [String]
    var sql: String

    init(_ sql: String) {
        // The quoted parts in order: the index, the table, the columns.
        let names = sql.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        name = names.first ?? ""
        columns = Array(names.dropFirst(2))
        self.sql = sql
    }

    /// The index that it makes.
    var index: Schema.Index {
        Schema.Index(
            name: name, keys: columns.map { .column($0) }, isUnique: sql.hasPrefix("CREATE UNIQUE"), sql: sql)
    }
}
