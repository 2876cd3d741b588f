import Migrations

/// Users and organizations, and what belongs to them.
extension CanonicalSchema {
    static let user = TableDefinition(
        "user",
        columns: [
            .id,
            .required("username", .string),
            .required("normalized_name", .string),
            .required("is_org", .boolean),
            .optional("email", .string),
            .optional("password_hash", .string),
            .required("email_verified", .boolean),
            .required("is_active", .boolean),
            .optional("private_quota_bytes", .bigint),
            .optional("public_quota_bytes", .bigint),
            .required("private_used_bytes", .bigint).backfilled(with: "0"),
            .required("public_used_bytes", .bigint).backfilled(with: "0"),
            .optional("full_name", .string),
            .optional("bio", .text),
            .optional("description", .text),
            .optional("website", .string),
            .optional("social_media", .text),
            .optional("avatar", .blob),
            .optional("avatar_updated_at", .timestamp),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .unique("email"),
            .on("is_org"),
            .unique("normalized_name"),
            .unique("username"),
        ]
    )

    static let emailVerification = TableDefinition(
        "emailverification",
        columns: [
            .id,
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("token", .string),
            .required("expires_at", .timestamp),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .unique("token"),
            .on("user_id"),
        ]
    )

    static let session = TableDefinition(
        "session",
        columns: [
            .id,
            .required("session_id", .string),
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("secret", .string),
            .required("expires_at", .timestamp),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .unique("session_id"),
            .on("user_id"),
        ]
    )

    static let token = TableDefinition(
        "token",
        columns: [
            .id,
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("token_hash", .string),
            .required("name", .string),
            .optional("last_used", .timestamp),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .unique("token_hash"),
            .on("user_id"),
        ]
    )

    static let sshKey = TableDefinition(
        "sshkey",
        columns: [
            .id,
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("key_type", .string),
            .required("public_key", .text),
            .required("fingerprint", .string),
            .required("title", .string),
            .optional("last_used", .timestamp),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .unique("fingerprint"),
            .on("user_id"),
            .unique("user_id", "fingerprint"),
        ]
    )

    static let userOrganization = TableDefinition(
        "userorganization",
        columns: [
            .id,
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("organization_id", .integer).references("user", onDelete: .cascade),
            .required("role", .string),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("organization_id"),
            .on("user_id"),
            .unique("user_id", "organization_id", precedence: HubTable.highestRoleFirst),
        ]
    )

    static let invitation = TableDefinition(
        "invitation",
        columns: [
            .id,
            .required("token", .string),
            .required("action", .string),
            .required("parameters", .text),
            .optional("created_by_id", .integer).references("user", onDelete: .cascade),
            .required("expires_at", .timestamp),
            .optional("max_usage", .integer),
            .required("usage_count", .integer).backfilled(with: "0"),
            .optional("used_at", .timestamp),
            .optional("used_by_id", .integer).references("user", onDelete: .setNull),
            .required("created_at", .timestamp),
        ],
        indexes: [
            .on("action"),
            .on("action", "created_by_id"),
            .on("created_by_id"),
            .unique("token"),
            .on("used_by_id"),
        ]
    )

    static let userExternalToken = TableDefinition(
        "userexternaltoken",
        columns: [
            .id,
            .required("user_id", .integer).references("user", onDelete: .cascade),
            .required("url", .string),
            .required("encrypted_token", .text),
            .required("created_at", .timestamp),
            .required("updated_at", .timestamp),
        ],
        indexes: [
            .on("user_id"),
            .unique("user_id", "url"),
        ]
    )

    static let confirmationToken = TableDefinition(
        "confirmationtoken",
        columns: [
            .id,
            .required("token", .string),
            .required("action_type", .string),
            .required("action_data", .text),
            .required("created_at", .timestamp),
            .required("expires_at", .timestamp),
        ],
        indexes: [
            .on("action_type"),
            .on("action_type", "expires_at"),
            .on("expires_at"),
            .unique("token"),
        ]
    )
}
