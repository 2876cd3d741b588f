import Migrations

/// What users do with repositories.
extension CanonicalSchema {
    static let repositoryLike = TableDefinition(
        "repositorylike",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("repository_id"),
            .unique("repository_id", "user_id"),
            .on("user_id"),
        ]
    )

    static let downloadSession = TableDefinition(
        "downloadsession",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .optional("user_id", .integer).references("user", onDelete: .setNull),
            .required("session_id", .string),
            .required("time_bucket", .integer),
            .required("file_count", .integer),
            .required("first_file", .string),
            .required("first_download_at", .timestamp),
            .required("last_download_at", .timestamp),
        ],
        indexes: [
            .on("first_download_at"),
            .on("repository_id"),
            .unique("repository_id", "session_id", "time_bucket"),
            .on("session_id"),
            .on("time_bucket"),
            .on("user_id"),
        ]
    )

    static let dailyRepoStats = TableDefinition(
        "dailyrepostats",
        columns: [
            .id,
            .required("repository_id", .integer).references("repository", onDelete: .cascade),
            .required("date", .date),
            .required("download_sessions", .integer),
            .required("authenticated_downloads", .integer),
            .required("anonymous_downloads", .integer),
            .required("total_files", .integer),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("date"),
            .on("repository_id"),
            .unique("repository_id", "date"),
        ]
    )
}
