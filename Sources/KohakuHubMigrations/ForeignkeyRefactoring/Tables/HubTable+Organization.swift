import Migrations

extension HubTable {
    /// Its rows become users, and nothing of the table is left.
    static let organization = HubTable(
        placeholder: "name TEXT",
        essentialColumns: ["name", "created_at"],
        ownsRows: true,
        uniqueColumns: [["name"]],
        oldIndexes: [["name"]],
        rewrite: TableRewrite("organization", columns: "", indexes: "")
    )
}
