import Migrations

extension HubTable {
    /// Its rows become users, and the table is dropped.
    static let organization = HubTable(
        placeholder: "name TEXT",
        essentialColumns: ["name", "created_at"],
        ownsRows: true,
        uniqueColumns: [["name"]],
        oldIndexes: [["name"]],
        rewrite: TableRewrite("organization", columns: "", indexes: "")
    )
}
