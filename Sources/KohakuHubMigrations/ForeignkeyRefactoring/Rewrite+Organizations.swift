import Migrations

/// What happens to organizations besides the rewrite of `user`, which they join.
extension ForeignkeyRefactoring {
    /// Gives an organization that is already a user the values of its own table, where the application wrote last.
    func completeMerged(_ context: MigrationContext) throws {
        let merged = try context.connection.integer("SELECT count(*) FROM kohaku_organization WHERE is_new = 0")
        guard merged > 0, let columns = context.schema.tables["organization"]?.columns else { return }
        let assignments = columns.map(\.name).filter { name in
            !["id", "name", "created_at"].contains(name) && context.schema.has("user", name)
        }.map { name in
            let column = name.quotedIdentifier
            return """
                \(column) = coalesce((SELECT organization.\(column) FROM "organization" AS organization
                    JOIN kohaku_organization AS merged ON merged.old_id = organization."id"
                    WHERE merged.new_id = "user"."id"), \(column))
                """
        }
        try context.execute(
            """
            UPDATE "user" SET \(assignments.joined(separator: ", "))
            WHERE "id" IN (SELECT new_id FROM kohaku_organization WHERE is_new = 0)
            """)
    }

    /// Gives invitations that are in their new form the organizations' new ids.
    func remapNewInvitations(_ context: MigrationContext) throws {
        guard context.hasTable("invitation"), !HubTable.invitation.isOld(on: context.schema) else { return }
        try context.execute(
            #"""
            UPDATE "invitation" SET "parameters" = (
                SELECT remapped.parameters FROM kohaku_invitation AS remapped
                WHERE remapped.invitation_id = "invitation"."id")
            WHERE "id" IN (SELECT invitation_id FROM kohaku_invitation WHERE parameters IS NOT NULL)
            """#)
    }

    /// Clears `used_by` of invitations where it is an organization: no organization uses one, but an older upgrade may
    /// have given it the id of a deleted user.
    func clearInvitationsUsedByOrganizations(_ context: MigrationContext) throws {
        guard context.schema.has("invitation", "used_by_id") else { return }
        try context.execute(
            #"""
            UPDATE "invitation" SET "used_by_id" = NULL
            WHERE "used_by_id" IN (SELECT user_id FROM kohaku_user WHERE is_org = 1)
            """#)
    }

    func dropOrganizations(_ context: MigrationContext) throws {
        guard context.hasTable("organization") else { return }
        var report = TableReport(table: "organization")
        report.rowsIn = try context.connection.countRows(in: "organization")
        report.moved = try context.connection.integer(
            context.dialect.spelling(
                #"""
                SELECT count(*) FROM "organization" AS organization {unindexed}
                    JOIN kohaku_organization AS merged ON merged.old_id = organization."id"
                    JOIN "user" AS account ON account."id" = merged.new_id
                """#))
        try context.report(report)
        try context.execute(#"DROP TABLE "organization""#)
        try context.refreshSchema(of: ["organization"])
    }

    /// Sets PostgreSQL's sequences past every id ever assigned, including those of deleted users. SQLite assigns the id
    /// after the highest existing one.
    func advanceSequences(_ context: MigrationContext) throws {
        let highest = try context.connection.integer("SELECT max(highest) FROM kohaku_highest")
        for table in HubTable.rewritten where context.hasTable(table.name) {
            try context.connection.advanceSequence(of: table.name, past: table.name == "user" ? highest : 0)
        }
    }
}
