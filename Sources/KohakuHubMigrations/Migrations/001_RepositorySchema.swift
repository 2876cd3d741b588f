public import Migrations

/// Lets a model, a dataset and a space share one full id: `repository.full_id` is no longer unique.
public struct RepositorySchema: Migration {
    public let signature = Signature.all([
        .table("repository"), .not(.uniqueIndex("repository", columns: ["full_id"])),
    ])

    public func migrate(_ database: MigrationContext) throws {
        try database.dropUniqueness(of: ["full_id"], in: "repository")
        try database.createIndex(#"CREATE INDEX "repository_full_id" ON "repository" ("full_id")"#)
    }
}
