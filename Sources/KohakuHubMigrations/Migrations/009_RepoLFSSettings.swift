public import Migrations

/// Lets a repository have its own rules for what goes to LFS and how long it stays.
public struct RepoLFSSettings: Migration {
    public let signature = Signature.all([
        .column("repository", "lfs_threshold_bytes"), .column("repository", "lfs_keep_versions"),
        .column("repository", "lfs_suffix_rules"),
    ])

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumns(
            #"""
            "lfs_threshold_bytes" INTEGER
            "lfs_keep_versions" INTEGER
            "lfs_suffix_rules" TEXT
            """#, to: "repository")
    }
}
