public import Migrations

/// Merges organizations into users, and turns the loose ids and full ids of every table into foreign keys.
///
/// Every table is rewritten once, in one transaction. Rows that the foreign keys cannot hold go to quarantine.
public struct ForeignkeyRefactoring: Migration {
    public let signature = Signature.all([
        .column("user", "is_org"),
        .column("file", "repository_id"),
        .column("commit", "author_id"),
        .column("invitation", "created_by_id"),
        .not(.table("organization")),
    ])

    public let consent: String? =
        "it merges organizations into users and rewrites every table. Only a backup leads back."

    public func check(_ database: MigrationContext) throws -> [Finding] {
        try findings(database)
    }

    public func migrate(_ database: MigrationContext) throws {
        try decide(database)
        let tables = Self.rewrites.map(\.table) + ["organization"]
        let foreignKeys = try database.connection.suspendForeignKeys(of: tables)
        for rewrite in Self.rewrites { try database.rewrite(rewrite) }
        try dropOrganizations(database)
        try advanceSequences(database)
        try database.connection.restoreForeignKeys(foreignKeys)
        for table in Self.temporaryTables { try database.execute("DROP TABLE \(table)") }
    }

    /// Decides where every row goes, in temporary tables, from the tables as they are: nothing is changed yet.
    func decide(_ database: MigrationContext) throws {
        try numberOrganizations(database)
        try nameUsers(database)
        try remapInvitations(database)
        try findOwners(database)
        try placeSharedFiles(database)
        try placeHistory(database)
        try adoptMoved(database)
    }

    /// The tables in the order in which they are rewritten: what is referenced comes first.
    static let rewrites = [
        user, repository, emailVerification, session, token, sshKey, userOrganization,
        file, stagingUpload, lfsObjectHistory, commit, invitation,
    ]
}
