/// What a command would do to a database and what prevents it, known before any change: see ``Runner/plan(for:)``.
public struct Plan: Sendable {
    /// What is to be done.
    public enum Command: Sendable {
        /// The pending migrations of a target run, each in its own transaction.
        case run(to: Target)
        /// The database is brought to the newest schema from its current state, in one transaction; in a dry run that
        /// is rolled back, so that only the report remains.
        case repair(isDryRun: Bool)
    }

    /// What is to be done.
    public var command: Command
    /// What the database is.
    public var assessment: Assessment
    /// The pending migrations that run, each with the reason.
    public var steps: [MigrationStatus] = []
    /// The differences from the newest schema that the command reconciles after the steps.
    public var drift: [SchemaDifference] = []
    /// What the checks of the file, the tables and the rows found.
    public var findings: [Finding] = []
    /// The existing tables that are affected, in alphabetical order, with their numbers of rows.
    public var rows: [(table: String, count: Int64)] = []
    /// How many bytes they take with their indexes; on SQLite, which keeps them together, the whole database.
    public var size: Int64 = 0
    /// Why the schema prevents the command from running.
    public var refusal: MigrationError?
    /// What a dry run of the steps executed, or its error; `nil` when there was none.
    var script: Result<[[String]], any Error>?
    /// Whether it is executed next: what the check of the first step has decided is then kept.
    var isExecuted = false
    /// What the check of the first step has decided in temporary tables, when it has.
    var decisions: Decisions?
    /// The rows for which these were filled, when the connection keeps them: see ``Inspector/revision(of:)``.
    var revision: Revision?
    /// How the schema would differ from the newest one after the steps of a run to it.
    var remainingDrift: [SchemaDifference] = []
    /// The tables whose rows a repair finds under another name.
    var displaced: [DisplacedTable] = []

    /// Whether the database has no tables, so that a run creates the newest schema.
    public var isFresh: Bool {
        if case .fresh = assessment.state { true } else { false }
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool {
        !isFresh && steps.isEmpty && drift.isEmpty && (!isRepair || assessment.violations.isEmpty)
    }

    /// Whether reconciling changes tables, so that only a backup can undo it.
    public var driftAltersTables: Bool { (drift + remainingDrift).contains(where: \.altersTable) }

    /// Why the command would stop before it changes anything; `nil` when it would not.
    public var stop: MigrationError? { refusal ?? MigrationError(stoppingFor: findings) }

    /// The statements of each step that change something, found by running the steps on an empty copy of the schema. The text
    /// is for reading: rows are computed while a migration runs.
    /// - Throws: The error of the dry run, or why there was none.
    public func statements() throws -> [[String]] {
        if script == nil, let stop { throw stop }
        return try script?.get() ?? []
    }

    var isRepair: Bool {
        if case .repair = command { true } else { false }
    }
}

/// What a migration's check has decided: its temporary tables are on the connection.
struct Decisions: Sendable {
    /// What it found about the rows that a rewrite quarantines, by its conditions: see ``TableRewrite/conditions``.
    var findings: [[String]: [Finding]] = [:]
    /// Whether there are rows with values to be converted, by the query that asked.
    var conversions: [String: Bool] = [:]
}

extension Plan {
    /// What follows from the schema alone: the steps and the drift.
    /// - Throws: ``MigrationError`` when the command does not apply to the database.
    init(for command: Command, on assessment: Assessment, catalogue: Catalogue) throws {
        self.command = command
        self.assessment = assessment
        try assessment.requireRecognized(catalogue)
        switch command {
        case .run(let target):
            guard !isFresh else {
                try catalogue.requireNewest(target)
                return
            }
            try assessment.rejectPartial(catalogue.vocabulary)
            steps = try assessment.statuses.pending(for: target, catalogue.vocabulary)
            if assessment.version == catalogue.newest { drift = assessment.driftToReconcile }
        case .repair:
            guard !isFresh else {
                throw MigrationError(
                    .schemaDiffers, "the database is fresh: there is nothing to repair",
                    nextStep: catalogue.vocabulary.advice("To create its tables", "run"))
            }
            steps = assessment.statuses.pending
            drift = assessment.managedDrift
        }
    }

    /// Whether the file, tables and rows are checked first.
    var needsPreflight: Bool {
        isRepair || !assessment.statuses.pending.isEmpty || !assessment.driftToReconcile.isEmpty
    }
}

extension Assessment {
    /// Refuses a database of another application, and one that is too old.
    func requireRecognized(_ catalogue: Catalogue) throws {
        if case .unsupported(let lacking) = state {
            throw MigrationError(
                .schemaDiffers,
                "this \(catalogue.vocabulary.name) is older than every version that can be upgraded: \(lacking)",
                nextStep: "Nothing was changed. Set up a new \(catalogue.vocabulary.name) with a database of its own.")
        }
        guard case .foreign(let lacking) = state else { return }
        let names = schema.tables.keys.sorted()
        let words = catalogue.vocabulary
        let list = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        throw MigrationError(
            .schemaDiffers,
            "this is not \(words.article) \(words.name)'s database: it has \(lacking). Its tables: \(list)",
            nextStep: "Check the database URL. A new \(words.name) needs an empty database of its own. "
                + "Nothing was changed.")
    }

    /// Refuses a partial database: only a repair can continue from that.
    func rejectPartial(_ words: Vocabulary) throws {
        guard case .partial(let work, let found) = state else { return }
        let preview = words.advice("Preview the repair", "plan --repair")
        throw MigrationError(
            .schemaDiffers,
            "this database is mixed: an older upgrade began \(work) and stopped: \(found).",
            nextStep:
                "Nothing was changed.\(preview)\(preview.isEmpty ? "" : ".")\(words.advice("Apply it", "repair"))"
        )
    }
}
