import Migrations

/// Repositories, and what is in them.
extension CanonicalSchema {
    static let repository = TableDefinition(
        "repository",
        columns: [
            .id,
            .required("repo_type", .string),
            .required("namespace", .string),
            .required("name", .string),
            .required("full_id", .string),
            .required("private", .boolean),
            .required("owner_id", .integer).references("user", onDelete: .cascade),
            .optional("quota_bytes", .bigint),
            .required("used_bytes", .bigint).backfilled(with: "0"),
            .optional("lfs_threshold_bytes", .integer),
            .optional("lfs_keep_versions", .integer),
            .optional("lfs_suffix_rules", .text),
            .required("downloads", .integer).backfilled(with: "0"),
            .required("likes_count", .integer).backfilled(with: "0"),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("full_id"),
            .on("name"),
            .on("namespace"),
            .on("owner_id"),
            .on("repo_type"),
            .unique("repo_type", "namespace", "name"),
        ]
    )

    static let file = TableDefinition(
        "file",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("path_in_repo", .string),
            .required("size", .bigint),
            .required("sha256", .string),
            .required("lfs", .boolean),
            .required("is_deleted", .boolean).backfilled(with: "false"),
            .required("owner_id", .integer).references("user", onDelete: .cascade),
            .required("created_at", .timestamp),
            .required("updated_at", .timestamp),
        ],
        indexes: [
            .on("is_deleted"),
            .on("owner_id"),
            .on("path_in_repo"),
            .on("repository_id"),
            .unique("repository_id", "path_in_repo"),
            .on("sha256"),
        ]
    )

    static let commit = TableDefinition(
        "commit",
        columns: [
            .id,
            .required("commit_id", .string),
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("repo_type", .string),
            .required("branch", .string),
            .required("author_id", .integer).references("user", onDelete: .cascade),
            .required("owner_id", .integer).references("user", onDelete: .cascade),
            .required("username", .string),
            .required("message", .text),
            .required("description", .text),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("author_id"),
            .on("branch"),
            .on("commit_id"),
            .unique("commit_id", "repository_id"),
            .on("owner_id"),
            .on("repo_type"),
            .on("repository_id"),
            .on("repository_id", "branch"),
            .on("username"),
        ]
    )

    static let stagingUpload = TableDefinition(
        "stagingupload",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("repo_type", .string),
            .required("revision", .string),
            .required("path_in_repo", .string),
            .required("sha256", .string),
            .required("size", .bigint),
            .optional("upload_id", .string),
            .required("storage_key", .string),
            .required("lfs", .boolean),
            .optional("uploader_id", .integer).references("user", onDelete: .setNull),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("repo_type"),
            .on("repository_id"),
            .on("revision"),
            .on("uploader_id"),
        ]
    )

    static let lfsObjectHistory = TableDefinition(
        "lfsobjecthistory",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("path_in_repo", .string),
            .required("sha256", .string),
            .required("size", .bigint),
            .required("commit_id", .string),
            .optional("file_id", .integer).references("file", onDelete: .setNull),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("commit_id"),
            .on("file_id"),
            .on("path_in_repo"),
            .on("repository_id"),
            .on("repository_id", "path_in_repo"),
            .on("sha256"),
        ]
    )
}
