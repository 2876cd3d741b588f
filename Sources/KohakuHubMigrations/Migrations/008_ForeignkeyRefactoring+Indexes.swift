import Migrations

extension ForeignkeyRefactoring {
    /// The indexes that hubs have on columns which go, and on the table that goes: by table, their columns. All others
    /// there are the operator's.
    private static let oldIndexes = [
        "emailverification": [["user"]],
        "file": [["repo_full_id"], ["repo_full_id", "path_in_repo"]],
        "stagingupload": [["repo_full_id"]],
        "lfsobjecthistory": [["repo_full_id"], ["repo_full_id", "path_in_repo"]],
        "commit": [
            ["repo_full_id"], ["repo_full_id", "branch"], ["commit_id", "repo_full_id"], ["user_id"],
        ],
        "invitation": [["created_by"], ["action", "created_by"]],
        "organization": [["name"]],
    ]

    /// What the operator made on the tables and cannot be carried along, each with its definition.
    func lostAttachments(_ database: MigrationContext) throws -> [String] {
        try database.attachments(
            lostIn: Self.rewrites.filter { Self.isOld($0.table, database.schema) }, dropping: ["organization"],
            besides: Self.oldIndexes)
    }
}
