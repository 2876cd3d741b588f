public import Migrations

/// KohakuHub's newest schema: what a fresh database gets, and what the result of every run is compared with.
///
/// Migrations never use it: they are permanent, and this changes.
public enum CanonicalSchema {
    /// Every table, referenced ones first.
    public static let tables: [TableDefinition] = [
        user, emailVerification, session, token, sshKey, userOrganization, invitation, userExternalToken,
        confirmationToken, repository, file, commit, stagingUpload, lfsObjectHistory, repositoryLike,
        downloadSession, dailyRepoStats, fallbackSource,
    ]
}
