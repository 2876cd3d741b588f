public import Migrations

/// Databases in which an older upgrade began this change and stopped, or created new tables beside old ones. What 008
/// does to a table is the same there: it starts from the columns that exist.
extension ForeignkeyRefactoring {
    public func remains(on schema: Schema) throws -> String? {
        let begun = Signature.any([
            .column("user", "is_org"), .column("user", "normalized_name"), .column("file", "repository_id"),
            .column("file", "owner_id"), .not(.table("organization")),
        ])
        guard !RepositorySchema.precedesOrganizations(schema) else { return nil }
        guard try begun.holds(on: schema), try !signature.holds(on: schema) else { return nil }
        let growing = HubTable.all.filter { !$0.addedColumns.isEmpty }
        let changed = growing.filter { table in table.addedColumns.contains { schema.has(table.name, $0) } }
        let organizations =
            schema.tables["organization"] == nil
            ? "table organization no longer exists" : "organizations still have their own table"
        return "\(organizations), and new columns are in \(changed.count) of \(growing.count) tables"
    }

    /// Whether a user is already an organization, as a condition on a row of `user`.
    static func isOrganization(_ alias: String, _ schema: Schema) -> String {
        schema.has("user", "is_org") ? #"coalesce(\#(alias)."is_org" = true, false)"# : "false"
    }

    /// Does the work of older migrations: an older upgrade may have skipped them, or stopped in one whose signature
    /// already holds. Each changes nothing where its change is present.
    func applySkipped(_ context: MigrationContext) throws {
        let older: [any Migration] = [
            UserOrgQuotas(), CommitTable(), RepoQuotas(), ProfilesAndInvitations(), InvitationMultiUse(),
            AvatarSupport(),
        ]
        try RepositorySchema.completeMemberships(context)
        for migration in older { try migration.migrate(context) }
    }

    /// Creates missing tables of version 8.
    static func createMissing(_ tables: [String], _ context: MigrationContext) throws {
        for rewrite in rewrites where tables.contains(rewrite.table) {
            try context.createTable(rewrite.table, rewrite.creation)
        }
    }
}
