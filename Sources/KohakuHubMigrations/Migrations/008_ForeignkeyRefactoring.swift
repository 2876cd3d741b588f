public import Migrations

/// Merges organizations into users, and turns loose ids and full ids into foreign keys.
///
/// Every table is rewritten once, in one transaction. Rows that violate the foreign keys are quarantined. The folder
/// `ForeignkeyRefactoring/` has the steps, and a README that follows a row through them.
public struct ForeignkeyRefactoring: Migration {
    /// A missing table does not make it the old version.
    public let signature = Signature.all([
        .any([.column("user", "is_org"), .column("file", "repository_id")]),
        .not(.table("organization")),
        .not(
            .any(
                HubTable.all.sorted { $0.name < $1.name }.compactMap { table in
                    table.oldMarker.map { .column(table.name, $0) }
                })),
    ])

    /// Tables of a later migration beside old columns do not count as its change.
    public let isBarrier = true

    public let consent: String? =
        "it merges organizations into users and rewrites every table. The only way back is to restore a backup."

    public var rewrittenTables: Set<String> { Set(HubTable.all.map(\.name)) }

    /// The rewrites of all tables, in their order.
    static var rewrites: [TableRewrite] { HubTable.rewritten.map(\.rewrite) }

    /// The rewrites that a database still needs, fitted to the columns that it has and to what comes after 008.
    static func rewrites(of schema: Schema, before later: Set<Int> = []) -> [TableRewrite] {
        HubTable.rewritten.filter { $0.isOld(on: schema) }.map { $0.rewrite(on: schema, before: later) }
    }

    public func check(_ context: MigrationContext) throws -> [Finding] {
        let (converted, obstacles) = try prepareDecisions(context)
        var findings = try referencesToOrganizations(context.schema) + [dependents(context)].compactMap { $0 }
        findings += converted + obstacles
        guard obstacles.isEmpty else { return findings }
        findings += try duplicateRows(context) + contradictoryMemberships(context)
        try context.isDecided ? createPlaceholders(context) : decide(context)
        findings += try [
            ambiguousOrganizations(context), nameCollisions(context), normalizedNames(context),
        ].compactMap { $0 }
        findings += try sharedFiles(context)
        findings += try [
            guessedHistory(context), movedRepositories(context), changedOwners(context),
            unreadableInvitations(context), usersOfInvitations(context),
        ].compactMap { $0 }
        for rewrite in Self.rewrites(of: context.schema) {
            findings += try context.findings(of: rewrite) + referencesToQuarantined(rewrite, context)
        }
        try dropPlaceholders(context)
        for (table, rule) in Self.childRows(on: context.schema) {
            findings += try context.findings(of: [rule], on: table)
        }
        context.isDecided = true
        return findings
    }

    public func migrate(_ context: MigrationContext) throws {
        // The application created these at startup, so a hub of any version may lack them.
        try context.createTable("lfsobjecthistory", UserOrgQuotas.lfsObjectHistory)
        try context.createTable("sshkey", RepoQuotas.sshKey)
        try applySkipped(context)
        try convertColumns(context)
        if !context.isDecided {
            try decide(context)
            try dropPlaceholders(context)
        }
        // The history is linked to files, even if that table is missing.
        try Self.createMissing(["file"], context)
        try completeMerged(context)
        let foreignKeys = try suspendForeignKeys(context)
        try quarantineChildRows(context)
        try remapNewInvitations(context)
        try context.rewrite(Self.rewrites(of: context.schema, before: context.laterNumbers))
        try clearInvitationsUsedByOrganizations(context)
        try dropOrganizations(context)
        try advanceSequences(context)
        try context.connection.restoreForeignKeys(foreignKeys)
        try dropDecisions(context)
    }

    public func createMissingTables(_ context: MigrationContext) throws {
        try Self.createMissing(Self.rewrites.map(\.table), context)
    }

    /// How many repositories it keeps; `nil` when it cannot decide, and its own check says why.
    func countKeptRepositories(_ context: MigrationContext) throws -> Int64? {
        guard try prepareDecisions(context).obstacles.isEmpty else { return nil }
        do {
            try decideOwners(context)
        } catch let error as MigrationError where error.code == .checkFailed {
            return nil
        }
        return try context.connection.integer("SELECT count(*) FROM kohaku_repository WHERE owner_id IS NOT NULL")
    }

    /// Has decisions read the tables as they will be converted.
    /// - Returns: What is converted, and what makes decisions impossible.
    private func prepareDecisions(
        _ context: MigrationContext
    ) throws -> (converted: [Finding], obstacles: [Finding]) {
        try context.shadow(renaming: RepositorySchema.membershipColumns, of: "userorganization")
        let misfits = try misfits(context)
        guard misfits.isEmpty else { return ([], misfits) }
        return try (shadowConvertedTables(context), incompleteTables(context))
    }

    /// Decides where every row belongs, in temporary tables: nothing is changed yet.
    private func decide(_ context: MigrationContext) throws {
        try decideOwners(context)
        try findAmbiguous(context)
        try remapInvitations(context)
        try indexRepositories(context)
        try readCommits(context)
        try gatherSharedFiles(context)
        try gatherSharedCommits(context)
        try weighEvidence(context)
        try placeSharedFiles(context)
        try gatherLooseHistory(context)
        try placeHistory(context)
        try findOrphans(context)
        try matchMoved(context)
        try adoptHistory(context)
        try adoptCommits(context)
    }

    /// Decides who everybody is, and who owns each repository.
    private func decideOwners(_ context: MigrationContext) throws {
        // Those of an earlier check may be there.
        try dropDecisions(context)
        let highest = try highestUserID(context)
        try createPlaceholders(context)
        try numberOrganizations(context, above: highest)
        try nameUsers(context)
        try findOwners(context)
    }
}
