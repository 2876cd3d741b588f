import Migrations

extension HubTable {
    /// Its rows become users, and the table is dropped.
    static let organization = HubTable(
        name: "organization",
        placeholder: "name TEXT",
        essentialColumns: ["name", "created_at"],
        ownsRows: true,
        uniqueColumns: [["name"]],
        oldIndexes: [["name"]],
        makeRewrite: {
            TableRewrite($0, columns: "", indexes: "")
        }
    )
}
