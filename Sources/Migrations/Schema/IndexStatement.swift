/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
struct IndexStatement {
    var name: String
    var columns: [String]

    init(_ sql: String) {
        // The quoted parts in order: the index, the table, the columns.
        let names = sql.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        name = names.first ?? ""
        columns = Array(names.dropFirst(2))
    }
}
