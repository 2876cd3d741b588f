public import Migrations

/// Merges organizations into users, and turns the loose ids and full ids of every table into foreign keys.
///
/// Every table is rewritten once, in one transaction. Rows that the foreign keys cannot hold go to quarantine.
public struct ForeignkeyRefactoring: Migration {
    public var signature: Signature { Self.isDone }

    /// What every later migration builds on: tables that it adds beside old columns are not its change yet. A table that is
    /// missing does not bring the old version back.
    static let isDone = Signature.all([
        .any([.column("user", "is_org"), .column("file", "repository_id")]),
        .not(.table("organization")),
        .not(.any(oldColumns.keys.sorted().map { .column($0, oldColumns[$0] ?? "") })),
    ])

    public let consent: String? =
        "it merges organizations into users and rewrites every table. Only a backup leads back."

    public var rewrittenTables: Set<String> { Set(Self.rewrites.map(\.table) + ["organization"]) }

    public func check(_ database: MigrationContext) throws -> [Finding] {
        try findings(database)
    }

    public func migrate(_ database: MigrationContext) throws {
        // The application made these at start, so a hub of any version may lack them.
        try database.createTable("lfsobjecthistory", UserOrgQuotas.lfsObjectHistory)
        try database.createTable("sshkey", RepoQuotas.sshKey)
        try makeUpForOlder(database)
        try convertColumns(database)
        let standIns = try decide(database)
        try dropStandIns(standIns, database)
        // The history is linked to files, also where that table is missing.
        try Self.createMissing(["file"], database)
        try completeMerged(database)
        let foreignKeys = try suspendForeignKeys(database)
        try quarantineBelongings(database)
        try remapNewInvitations(database)
        for table in Self.rewrites where Self.isOld(table.table, database.schema) {
            try database.rewrite(rewrite(table, on: database.schema))
        }
        try clearOrganizations(database)
        try dropOrganizations(database)
        try advanceSequences(database)
        try database.connection.restoreForeignKeys(foreignKeys)
        for table in Self.temporaryTables { try database.execute("DROP TABLE \(table)") }
    }

    /// Takes the foreign keys away while the tables are rewritten, and returns the operator's own, which come back.
    private func suspendForeignKeys(_ database: MigrationContext) throws -> [SuspendedForeignKey] {
        let tables = Self.rewrites.map(\.table) + ["organization"]
        let suspended = try database.connection.suspendForeignKeys(of: tables)
        try database.refreshSchema()
        return suspended.filter { key in
            guard let rewrite = Self.rewrites.first(where: { $0.table == key.table }) else {
                return key.table != "organization"
            }
            return Set(rewrite.columns.map(\.name) + rewrite.replacedColumns).isDisjoint(with: key.columns)
        }
    }

    /// Decides where every row goes, in temporary tables, from the tables as they are: nothing is changed yet.
    /// - Returns: The tables that empty ones stand in for.
    func decide(_ database: MigrationContext) throws -> [String] {
        let highest = try highestUserID(database)
        let standIns = try createStandIns(database)
        try numberOrganizations(database, above: highest)
        try findAmbiguous(database)
        try nameUsers(database)
        try remapInvitations(database)
        try findOwners(database)
        try readCommits(database)
        try placeSharedFiles(database)
        try placeHistory(database)
        try adoptMoved(database)
        return standIns
    }

    /// The tables in the order in which they are rewritten: what is referenced comes first.
    static let rewrites = [
        user, repository, emailVerification, session, token, sshKey, userOrganization,
        file, stagingUpload, lfsObjectHistory, commit, invitation,
    ]
}
