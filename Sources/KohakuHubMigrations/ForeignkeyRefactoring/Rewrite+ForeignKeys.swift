import Migrations

extension ForeignkeyRefactoring {
    /// Drops the foreign keys while the tables are rewritten, and returns the operator's, which are restored.
    func suspendForeignKeys(_ context: MigrationContext) throws -> [SuspendedForeignKey] {
        let tables = Self.rewrites.map(\.table) + ["organization"]
        let suspended = try context.connection.suspendForeignKeys(of: tables)
        try context.refreshSchema(of: Set(suspended.map(\.table)))
        return suspended.filter { key in
            guard let rewrite = Self.rewrites.first(where: { $0.table == key.table }) else {
                return key.table != "organization"
            }
            return Set(rewrite.columns.map(\.name) + rewrite.replacedColumns).isDisjoint(with: key.columns)
        }
    }

    /// Quarantines rows of tables that are already in their new form: those of a quarantined repository, and
    /// invitations to deleted organizations.
    static func childRows(on schema: Schema) -> [TableRewrite] {
        func quarantining(_ table: String, _ rule: QuarantineRule) -> TableRewrite {
            TableRewrite(table, columns: "", indexes: "", quarantine: [rule])
        }
        let new = HubTable.rewritten.filter { schema.tables[$0.name] != nil && !$0.isOld(on: schema) }.map(\.name)
        let invitations = new.contains("invitation") ? [quarantining("invitation", .withoutInvitingOrganization)] : []
        let owned = (new + ["repositorylike", "downloadsession", "dailyrepostats"])
            .filter { schema.has($0, "repository_id") }
        return invitations
            + owned.map {
                quarantining(
                    $0,
                    .rows(
                        where: .isOwnerless(#"old."repository_id""#),
                        reason: #"'repository ' || old."repository_id" || ' is in quarantine'"#,
                        summary: "the repository is itself quarantined"))
            }
    }

    func quarantineChildRows(_ context: MigrationContext) throws {
        for rewrite in Self.childRows(on: context.schema) {
            guard let table = context.schema.tables[rewrite.table] else { continue }
            try context.quarantineReporting(from: table, rules: rewrite.quarantine)
        }
    }
}
