public import Migrations

/// Lets an invitation be used more than once. The application's own table had the columns from the start.
public struct InvitationMultiUse: Migration {
    public let signature = Signature.all([
        .column("user", "full_name"), .column("invitation", "max_usage"), .column("invitation", "usage_count"),
    ])

    public let canBePresentEarly = true

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""max_usage" INTEGER"#, to: "invitation")
        try context.addColumn(#""usage_count" INTEGER NOT NULL"#, backfill: "0", to: "invitation")
    }
}
