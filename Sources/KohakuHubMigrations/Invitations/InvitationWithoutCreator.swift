import Migrations

/// An invitation that 008 quarantined because its creator no longer existed.
struct InvitationWithoutCreator {
    private static let creator = "its creator, user "
    private static let organization = "; its organization is now user "

    /// Why 008 quarantines it, as an SQL expression on the row `old`. The reason also keeps the organization's new id, as
    /// the quarantine tables of existing databases have no column for it.
    static let reason = #"""
        '\#(creator)' || old."created_by" || ' no longer exists' || coalesce((
            SELECT '\#(organization)' || remapped.organization_id FROM kohaku_invitation AS remapped
            WHERE remapped.invitation_id = old."id"), '')
        """#

    /// The user that its organization became.
    var organization: Int64?

    /// Reads the reason of a row; `nil` when the row is something else.
    init?(_ row: QuarantinedRow) {
        guard row.table == "invitation", row.migration == 8, row.reason.hasPrefix(Self.creator) else { return nil }
        organization = row.reason.split(separator: Self.organization).dropFirst().first.flatMap { Int64($0) }
    }
}
