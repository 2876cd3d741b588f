public import Migrations

/// Gives users and organizations avatars.
public struct AvatarSupport: Migration {
    public let signature = Signature.all([.column("user", "avatar"), .column("user", "avatar_updated_at")])

    public func migrate(_ database: MigrationContext) throws {
        for table in ["user", "organization"] where database.hasTable(table) {
            try database.addColumn(#""avatar" {blob}"#, to: table)
            try database.addColumn(#""avatar_updated_at" {timestamp}"#, to: table)
        }
    }
}
