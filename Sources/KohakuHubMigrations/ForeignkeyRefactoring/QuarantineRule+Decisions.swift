import Migrations

/// The rules by which rows are quarantined.
extension QuarantineRule {
    /// Rows with something else than an id, such as a name, in a column of ids.
    static func withoutID(in name: String) -> QuarantineRule {
        let column = "old.\(name.quotedIdentifier)"
        return .rows(
            where: "CAST(CAST(\(column) AS INTEGER) AS TEXT) <> CAST(\(column) AS TEXT)",
            reason: "\("\(name) is no id: ".quotedLiteral) || substr(quote(\(column)), 1, 80)",
            summary: "\(name) is no id")
    }

    /// Rows of a user who no longer exists.
    static func withoutUser(_ column: String, called role: String = "user") -> QuarantineRule {
        let column = "old.\(column.quotedIdentifier)"
        let who = role == "user" ? "user" : "its \(role), user"
        return .rows(
            where: .isNobody(column),
            reason: "\("\(who) ".quotedLiteral) || \(column) || ' no longer exists'",
            summary: "the \(role) no longer exists")
    }

    /// Rows whose full id and type do not name a kept repository, except those that meet a condition.
    static func withoutExactRepository(except exception: String = "false") -> QuarantineRule {
        .rows(
            where: #"""
                NOT EXISTS (
                    SELECT 1 FROM kohaku_exact AS exact WHERE exact.full_id = old."repo_full_id"
                        AND exact.repo_type = old."repo_type" AND exact.owner_id IS NOT NULL)
                    AND NOT (\#(exception))
                """#,
            reason: #"""
                CASE WHEN EXISTS (
                    SELECT 1 FROM kohaku_exact AS exact
                    WHERE exact.full_id = old."repo_full_id" AND exact.repo_type = old."repo_type")
                THEN 'the ' || old."repo_type" || ' ' || old."repo_full_id" || ' is in quarantine'
                ELSE 'there is no ' || old."repo_type" || ' ' || old."repo_full_id" || coalesce((
                    SELECT '; its LFS objects are in ' || moved.candidates FROM kohaku_moved AS moved
                    WHERE moved.full_id = old."repo_full_id" AND moved.repo_type = old."repo_type"), '') END
                """#,
            summary: "the repository with that full id and type no longer exists or is itself quarantined")
    }

    /// Rows that know only a full id, and meet a condition by which it does not name a kept repository.
    static func withoutRepository(where condition: String) -> QuarantineRule {
        .rows(
            where: condition,
            reason: #"""
                CASE WHEN EXISTS (SELECT 1 FROM kohaku_exact AS exact WHERE exact.full_id = old."repo_full_id")
                THEN 'the repository it belonged to under ' || old."repo_full_id" || ' is gone or in quarantine'
                ELSE 'there is no repository ' || old."repo_full_id" || coalesce((
                    SELECT '; its LFS objects are in ' || min(moved.candidates) FROM kohaku_moved AS moved
                    WHERE moved.full_id = old."repo_full_id"), '') END
                """#,
            summary: "the repository with that full id no longer exists or is itself quarantined")
    }
}

extension String {
    /// The condition that an id is a quarantined repository's.
    static func isOwnerless(_ id: String) -> String {
        """
        EXISTS (SELECT 1 FROM kohaku_repository AS owned WHERE owned.repository_id = \(id) AND owned.owner_id IS NULL)
        """
    }

    /// The condition that an id is not a user's: an organization that now has it never was that user.
    static func isNobody(_ id: String) -> String {
        """
        \(id) IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM kohaku_user AS named WHERE named.user_id = \(id) AND named.is_org = 0)
        """
    }
}
