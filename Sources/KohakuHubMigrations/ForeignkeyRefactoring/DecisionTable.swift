import Migrations

/// The temporary tables that hold the decisions of 008 until the rows are rewritten. The raw value is the definition, and
/// the order is that in which they are dropped.
enum DecisionTable: String, CaseIterable {
    /// The one row is the id above which organizations get theirs. Made by `numberOrganizations`, read by `advanceSequences`.
    case highest = "kohaku_highest (highest INTEGER NOT NULL)"
    /// A row is an organization: its own id, its id as a user, and whether that user is new. Made by
    /// `numberOrganizations`, read by `findAmbiguous`, `nameUsers`, `completeMerged`, `dropOrganizations` and the rewrite of
    /// `user`.
    case organization =
        "kohaku_organization (old_id INTEGER PRIMARY KEY, new_id INTEGER NOT NULL, is_new INTEGER NOT NULL)"
    /// A row is an id by which memberships and invitations name an organization, and the user whom it means. Made by
    /// `numberOrganizations`, read by `remapInvitations` and the rewrite of `userorganization`.
    case organizationID = "kohaku_organization_id (given_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL)"
    /// A row is an id that one organization had and another one has. Made by `findAmbiguous`, read by the check.
    case ambiguous = "kohaku_ambiguous (organization_id INTEGER PRIMARY KEY)"
    /// A row is a user or an organization, with the normalized name. Made by `nameUsers`, read to look users up.
    case user = """
        kohaku_user (user_id INTEGER PRIMARY KEY, username VARCHAR(255) NOT NULL, is_org INTEGER NOT NULL,
            normalized_name VARCHAR(255) NOT NULL)
        """
    /// A row is an invitation to an organization, with its new parameters; NULL when the organization is gone. Made by
    /// `remapInvitations`, read by `remapNewInvitations`, the check and the rewrite of `invitation`.
    case invitation = """
        kohaku_invitation
            (invitation_id INTEGER PRIMARY KEY, given_id {bigint}, parameters TEXT, organization_id INTEGER)
        """
    /// A row is an invitation whose parameters are not a JSON object. Made by `remapInvitations`, read by the check.
    case unreadable = "kohaku_unreadable (invitation_id INTEGER PRIMARY KEY)"
    /// A row is a commit, with the type that it knows, except of a kept repository that is the only one of its full id. Made by
    /// `readCommits`, read to find the type of other rows.
    case commit = """
        kohaku_commit (row_id INTEGER PRIMARY KEY, commit_id VARCHAR(255) NOT NULL, full_id VARCHAR(255) NOT NULL,
            repo_type VARCHAR(255) NOT NULL)
        """
    /// A row is a repository with its owner; NULL when it has none and is quarantined. Made by `findOwners`, read by
    /// `indexRepositories`, `matchMoved`, `adoptCommits`, the check, the quarantine rules and the rewrite of `repository`.
    case repository = """
        kohaku_repository (repository_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL,
            repo_type VARCHAR(255) NOT NULL, created BIGINT, owner_id INTEGER)
        """
    /// A row is the repository of a full id and a type. Made by `indexRepositories`, read to place rows with a type.
    case exact = """
        kohaku_exact (full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER NOT NULL,
            owner_id INTEGER, PRIMARY KEY (full_id, repo_type))
        """
    /// A row is the repository of a full id that no other one shares. Made by `indexRepositories`, read by `readCommits` and
    /// `matchMoved`, and to place files and history.
    case sole = """
        kohaku_sole (full_id VARCHAR(255) PRIMARY KEY, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER NOT NULL,
            owner_id INTEGER)
        """
    /// A row is one of several repositories that share a full id. Made by `indexRepositories`, read to place their files
    /// and history.
    case candidate = """
        kohaku_candidate (full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL,
            repository_id INTEGER NOT NULL, owner_id INTEGER, created BIGINT,
            PRIMARY KEY (full_id, repo_type, repository_id))
        """
    /// A row is a file of a shared full id. Made by `gatherSharedFiles`, read by `weighEvidence`, `placeSharedFiles`, `placeHistory`
    /// and the check.
    case shared = """
        kohaku_shared (file_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, path VARCHAR(255) NOT NULL,
            sha256 VARCHAR(255) NOT NULL, updated BIGINT)
        """
    /// A row is a commit to a repository of a shared full id: its type and time, and the time of the next commit of
    /// another type. Made by `gatherSharedCommits`, read by `weighEvidence`.
    case sharedCommit = """
        kohaku_shared_commit (full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, created BIGINT NOT NULL,
            other_created BIGINT)
        """
    /// A row is a repository to which a rule points for a shared file. Made and read by `weighEvidence`.
    case evidence =
        "kohaku_evidence (file_id INTEGER NOT NULL, rule INTEGER NOT NULL, repository_id INTEGER NOT NULL)"
    /// A row is a shared file for which a rule leaves one repository. Made by `weighEvidence`, read by
    /// `placeSharedFiles`.
    case decided =
        "kohaku_decided (file_id INTEGER PRIMARY KEY, rule INTEGER NOT NULL, repository_id INTEGER NOT NULL)"
    /// A row is a shared file in one of its repositories; a copy above 0 gets a new id. Made by `placeSharedFiles`, read
    /// by `placeHistory`, `matchMoved`, the check and the rewrite of `file`.
    case file = """
        kohaku_file (file_id INTEGER NOT NULL, copy INTEGER NOT NULL, new_id {bigint}, repository_id INTEGER NOT NULL,
            owner_id INTEGER NOT NULL, rule INTEGER, PRIMARY KEY (file_id, copy))
        """
    /// A row is a row of the LFS history that does not simply follow its full id: no repository alone has that, or the row's
    /// commit is to another one. The type is the commit's; NULL when that is unknown. Made by `gatherLooseHistory`, read by
    /// `placeHistory`, `findOrphans` and the rewrite of `lfsobjecthistory`.
    case loose = """
        kohaku_loose (history_id INTEGER PRIMARY KEY, full_id VARCHAR(255), path VARCHAR(255), sha256 VARCHAR(255),
            repo_type VARCHAR(255))
        """
    /// A row is such a row with its repository. Made by `placeHistory` and `adoptHistory`, read by `findOrphans`, the check
    /// and the rewrite of `lfsobjecthistory`.
    case history =
        "kohaku_history (history_id INTEGER PRIMARY KEY, repository_id INTEGER NOT NULL, rule INTEGER NOT NULL)"
    /// A row is a row of the LFS history under a full id and type that no repository has. Made by `findOrphans`, read by
    /// `matchMoved` and `adoptHistory`.
    case orphan = """
        kohaku_orphan (history_id INTEGER PRIMARY KEY, full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL,
            path VARCHAR(255) NOT NULL, sha256 VARCHAR(255) NOT NULL)
        """
    /// A row is such a full id and type, and the only repository that has an LFS object for each of its paths; NULL when
    /// not exactly one does. Made by `matchMoved`, read by `adoptHistory`, `adoptCommits` and the reasons of quarantined rows.
    case moved = """
        kohaku_moved (full_id VARCHAR(255) NOT NULL, repo_type VARCHAR(255) NOT NULL, repository_id INTEGER,
            owner_id INTEGER, candidates TEXT NOT NULL, PRIMARY KEY (full_id, repo_type))
        """
    /// A row is a commit that a moved repository left behind. Made by `adoptCommits`, read by the rewrite of `commit`.
    case adoptedCommit =
        "kohaku_adopted_commit (row_id INTEGER PRIMARY KEY, repository_id INTEGER NOT NULL, owner_id INTEGER NOT NULL)"

    /// The name.
    var name: String { String(rawValue.prefix { $0.isLetter || $0 == "_" }) }

    /// Whether its rows are found by a full id. SQLite then stores the table by that: one search instead of two, a million
    /// times.
    private var isKeyedByFullID: Bool { [.exact, .sole, .candidate, .moved].contains(self) }

    /// What creates the table.
    func statement(in dialect: Dialect) -> String {
        "CREATE TEMPORARY TABLE \(rawValue)" + (dialect == .sqlite && isKeyedByFullID ? " WITHOUT ROWID" : "")
    }
}

extension ForeignkeyRefactoring {
    func dropDecisions(_ context: MigrationContext) throws {
        try context.dropTemporaryTables(DecisionTable.allCases.map(\.name))
    }
}

extension MigrationContext {
    /// Makes a decision table from a query; without one it is empty.
    func create(_ table: DecisionTable, from query: String? = nil) throws {
        try execute(table.statement(in: dialect))
        guard let query else { return }
        try execute("INSERT INTO \(table.name) \(query)")
        if dialect == .postgresql { try execute("ANALYZE \(table.name)") }
    }

    /// Makes a decision table from rows that are computed in Swift.
    func create(_ table: DecisionTable, _ rows: some Collection<[DatabaseValue]>) throws {
        try create(table)
        try insert(into: table.name, rows)
    }
}
