import Migrations

/// Invitations name their organization in a JSON text.
extension ForeignkeyRefactoring {
    /// Finds the invitations that name an organization: with its new id, or without parameters when it is gone.
    func remapInvitations(_ context: MigrationContext) throws {
        var organizations: [Int64: Int64] = [:]
        try context.connection.forEachRow("SELECT given_id, user_id FROM kohaku_organization_id", []) { row in
            organizations[try row.integer(0)] = row[1].integer
        }
        var changed: [[DatabaseValue]] = []
        var unreadable: [[DatabaseValue]] = []
        let actions = InvitationParameters.actions.map(\.quotedLiteral).joined(separator: ", ")
        let invitations = #"""
            SELECT "id", "parameters" FROM "invitation" {unindexed} WHERE "action" IN (\#(actions)) ORDER BY "id"
            """#
        try context.connection.forEachRow(context.dialect.spelling(invitations), []) { row in
            guard let parameters = row[1].text.flatMap(InvitationParameters.init) else {
                return unreadable.append([row[0]])
            }
            guard let organization = parameters.organizationID else { return }
            let user = organizations[organization]
            let remapped = user.map { parameters.replacingOrganization(by: $0) }
            changed.append([
                row[0], .integer(organization), remapped.map { .text($0) } ?? .null, user.map { .integer($0) } ?? .null,
            ])
        }
        try context.create(.invitation, changed)
        try context.create(.unreadable, unreadable)
    }
}
