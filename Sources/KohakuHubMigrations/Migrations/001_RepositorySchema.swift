public import Migrations

/// Lets a model, a dataset and a space share one full id: `repository.full_id` is no longer unique.
public struct RepositorySchema: Migration {
    public let signature = Signature.all([
        .table("repository"), .not(.uniqueIndex("repository", columns: ["full_id"])),
    ])

    public func migrate(_ context: MigrationContext) throws {
        try context.dropUniqueness(of: ["full_id"], in: "repository")
        try context.createIndex(#"CREATE INDEX "repository_full_id" ON "repository" ("full_id")"#)
    }
}
