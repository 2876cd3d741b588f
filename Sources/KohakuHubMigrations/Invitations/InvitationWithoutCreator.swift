import Migrations

/// An invitation that 008 put into quarantine because its creator was gone.
struct InvitationWithoutCreator {
    /// The user that its organization became, as 008 wrote it into the reason.
    var organization: Int64?

    /// Reads the reason of a row; `nil` when the row is something else.
    init?(_ row: QuarantinedRow) {
        guard row.table == "invitation", row.migration == 8, row.reason.hasPrefix("its creator, user ") else {
            return nil
        }
        organization = row.reason.split(separator: "; its organization is now user ").dropFirst().first.flatMap {
            Int64($0)
        }
    }
}
