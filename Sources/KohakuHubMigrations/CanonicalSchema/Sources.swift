import Migrations

/// Other hubs to fall back on.
extension CanonicalSchema {
    static let fallbackSource = TableDefinition(
        "fallbacksource",
        columns: [
            .id,
            .required("namespace", .string),
            .required("url", .string),
            .optional("token", .string),
            .required("priority", .integer),
            .required("name", .string),
            .required("source_type", .string),
            .required("enabled", .boolean),
            .required("created_at", .timestamp),
            .required("updated_at", .timestamp),
        ],
        indexes: [
            .on("enabled"),
            .on("enabled", "priority"),
            .on("namespace"),
            .on("namespace", "priority"),
            .on("priority"),
        ]
    )
}
