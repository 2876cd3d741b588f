public import Migrations

/// Gives users and organizations avatars.
public struct AvatarSupport: Migration {
    public let signature = Signature.all([.column("user", "avatar"), .column("user", "avatar_updated_at")])

    public func migrate(_ context: MigrationContext) throws {
        for table in ["user", "organization"] where context.hasTable(table) {
            try context.addColumns(
                #"""
                "avatar" {blob}
                "avatar_updated_at" {timestamp}
                """#, to: table)
        }
    }
}
