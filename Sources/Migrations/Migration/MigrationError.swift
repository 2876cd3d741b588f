/// Why a run stopped: a code, where, and what to do next.
public struct MigrationError: Error {
    /// The kinds of stop, one for each exit status.
    public enum Code: String, Sendable, Hashable {
        /// A migration failed and was rolled back.
        case failed
        /// The schema is not the expected one.
        case schemaDiffers
        /// A data check found something that the operator must decide first.
        case checkFailed
        /// The operator has not agreed.
        case consentRequired
        /// A lock was not obtained in time.
        case locked
        /// The database cannot be reached.
        case unreachable
        /// The work was interrupted, and what had not been committed was rolled back.
        case interrupted
        /// The request is invalid: an unknown number, or a target below the current version.
        case usage
    }

    /// The kind of stop.
    public var code: Code
    /// What happened.
    public var message: String
    /// The migration it happened in, as `008 foreignkey_refactoring`.
    public var migration: String?
    /// What to do next.
    public var nextStep: String?
    /// The commands that it names, each in one line to be copied.
    public var commands: [String] = []
    /// What data checks found.
    public var findings: [Finding]
    /// How the schema differs.
    public var differences: [SchemaDifference]
    /// The migrations committed before the stop.
    public var committed: [String]
    /// The migrations that another process committed since the run began.
    public var overtaken: [String]
    /// The backup that was made before the first change.
    public var backup: Backup?
    /// The error underneath.
    public var underlying: (any Error)?

    /// Creates an error.
    public init(
        _ code: Code,
        _ message: String,
        migration: String? = nil,
        nextStep: String? = nil,
        findings: [Finding] = [],
        differences: [SchemaDifference] = [],
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.migration = migration
        self.nextStep = nextStep?.sentences
        self.findings = findings
        self.differences = differences
        self.committed = []
        self.overtaken = []
        self.underlying = underlying
    }
}

extension MigrationError: CustomStringConvertible {
    /// Everything but the backup, in lines: what happened and where, the findings and differences, what was committed, and what
    /// to do next.
    public var description: String {
        let found = findings.map { "- \($0.message)" } + differences.map { "- \($0)" }
        return ([place + message] + found + applied + [nextStep].compactMap { $0 } + commands).joined(separator: "\n")
    }

    /// What is applied all the same, and by whom, each in a line.
    package var applied: [String] {
        [("Applied before it, and kept", committed), ("Applied by another process meanwhile", overtaken)]
            .filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.joined(separator: ", "))" }
    }

    /// The migration's name, to put before the message, unless the message contains it.
    package var place: String {
        migration.flatMap { message.contains($0) ? nil : "in \($0): " } ?? ""
    }
}

extension MigrationError {
    /// The error for an invalid definition in a migration.
    static func unreadable(_ what: String, _ sql: String, expected: String) -> MigrationError {
        MigrationError(
            .failed, "a migration has \(what) that cannot be read: \(sql.isEmpty ? "it is empty" : sql)",
            nextStep: "It was rolled back. Correct the migration: \(expected)")
    }
}
