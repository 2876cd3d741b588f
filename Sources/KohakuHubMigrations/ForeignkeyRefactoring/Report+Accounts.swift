import Migrations

/// What the operator should know about users, organizations and invitations.
extension ForeignkeyRefactoring {
    func ambiguousOrganizations(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .error, code: "organization_id_ambiguous", table: "userorganization",
            about: #"""
                SELECT holder.what || ': organization "' || organization."name" || '" or "' || account."username" || '"'
                FROM (
                    SELECT 'membership ' || membership."id" AS what, membership."organization_id" AS organization_id
                    FROM "userorganization" AS membership
                    UNION ALL
                    SELECT 'invitation ' || remapped.invitation_id, remapped.given_id FROM kohaku_invitation AS remapped
                ) AS holder JOIN kohaku_ambiguous AS ambiguous ON ambiguous.organization_id = holder.organization_id
                    JOIN "organization" AS organization ON organization."id" = ambiguous.organization_id
                    JOIN "user" AS account ON account."id" = ambiguous.organization_id
                ORDER BY holder.what
                """#,
            action: "Delete those rows and invite the members again when the repair is done, or restore a backup."
        ) { count in
            """
            \(count.counted("membership or invitation has", plural: "memberships and invitations have")) an id that was one \
            organization's before the older upgrade and has been another's since: which one is meant cannot be known.
            """
        }
    }

    /// Memberships with both the first and the later column, and another value in each.
    func contradictoryMemberships(_ context: MigrationContext) throws -> [Finding] {
        try RepositorySchema.membershipColumns.sorted { $0.key > $1.key }.compactMap { old, new in
            guard context.schema.has("userorganization", old) else { return nil }
            return try context.finding(
                .error, code: "contradictory_columns", table: "userorganization",
                about: #"""
                    SELECT 'id ' || "id" || ': \#(old) ' || "\#(old)" || ', \#(new) ' || "\#(new)"
                    FROM "userorganization" WHERE "\#(old)" <> "\#(new)" ORDER BY "id"
                    """#,
                action: "Give both columns of each row the right value, or one of them NULL."
            ) {
                """
                \($0.counted("membership has", plural: "memberships have")) another value in \(old), the first name of the \
                column, than in \(new).
                """
            }
        }
    }

    func normalizedNames(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .warning, code: "normalized_name_collision", table: "user",
            about: """
                SELECT CASE WHEN merged.old_id IS NOT NULL THEN 'organization ' || merged.old_id
                    ELSE 'user ' || named.user_id END || ' "' || named.username || '" becomes ' || named.normalized_name
                FROM kohaku_user AS named LEFT JOIN kohaku_organization AS merged ON merged.new_id = named.user_id
                WHERE named.normalized_name LIKE '%~' || named.user_id
                    AND NOT (named.is_org = 1 AND EXISTS (
                        SELECT 1 FROM kohaku_user AS account
                        WHERE account.username = named.username AND account.is_org = 0))
                ORDER BY named.user_id
                """
        ) { count in
            """
            \(count.counted("name differs", plural: "names differ")) from another only in case, "-" or "_". The oldest keeps \
            the normalized name; "~<id>" is appended to the others.
            """
        }
    }

    func unreadableInvitations(_ context: MigrationContext) throws -> Finding? {
        try context.finding(
            .notice, code: "invitation_parameters", table: "invitation",
            about: "SELECT 'id ' || invitation_id FROM kohaku_unreadable ORDER BY invitation_id"
        ) {
            "\($0.counted("invitation has", plural: "invitations have")) parameters that are not a JSON object; they are kept."
        }
    }

    func usersOfInvitations(_ context: MigrationContext) throws -> Finding? {
        guard context.schema.has("invitation", "used_by") else { return nil }
        return try context.finding(
            .notice, code: "invitation_used_by", table: "invitation",
            about: #"""
                SELECT 'id ' || invitation."id" || ': user ' || invitation."used_by" FROM "invitation" AS invitation
                WHERE invitation."used_by" IS NOT NULL AND \#(String.isNobody(#"invitation."used_by""#))
                ORDER BY invitation."id"
                """#
        ) {
            """
            \($0.counted("invitation was", plural: "invitations were")) used by a user who no longer exists: used_by becomes \
            NULL.
            """
        }
    }
}
