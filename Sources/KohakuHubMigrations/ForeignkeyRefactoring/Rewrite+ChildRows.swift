import Migrations

/// Tables that are already in their new form, as an older upgrade or a newer application left them.
extension ForeignkeyRefactoring {
    /// The rows of such tables that have to be quarantined: those of a quarantined repository, and invitations to deleted
    /// organizations.
    static func childRows(on schema: Schema) -> [(table: String, rule: QuarantineRule)] {
        let new = HubTable.rewritten.filter { schema.tables[$0.name] != nil && !$0.isOld(on: schema) }.map(\.name)
        let owned = (new + ["repositorylike", "downloadsession", "dailyrepostats"])
            .filter { schema.has($0, "repository_id") }
        return new.filter { $0 == "invitation" }.map { ($0, .withoutInvitingOrganization) }
            + owned.map {
                (
                    $0,
                    .rows(
                        where: .isOwnerless(#"old."repository_id""#),
                        reason: #"'repository ' || old."repository_id" || ' is in quarantine'"#,
                        summary: "the repository is itself quarantined")
                )
            }
    }

    func quarantineChildRows(_ context: MigrationContext) throws {
        for (name, rule) in Self.childRows(on: context.schema) {
            guard let table = context.schema.tables[name] else { continue }
            try context.quarantineReporting(from: table, rules: [rule])
        }
    }
}
