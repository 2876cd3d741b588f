/// A numbered, named, permanent change of the schema.
///
/// A migration is one file, `NNN_Name.swift`, in a folder `Migrations/` of a target that uses the `MigrationRegistry`
/// plugin; its number and name come from the file's name.
public protocol Migration: Sendable {
    /// Holds if and only if this migration's change is present.
    var signature: Signature { get }

    /// What the operator is asked to agree to before the migration runs; `nil` when it asks nothing.
    var consent: String? { get }

    /// The tables whose rows the migration itself converts, and about which its ``check(_:)`` reports.
    var rewrittenTables: Set<String> { get }

    /// Whether the schema of the previous version can already satisfy this signature, as when an application created a
    /// table with later columns from the start.
    var canBePresentEarly: Bool { get }

    /// Whether it still runs after a newer migration has been applied: for migrations that move rows, which the schema
    /// cannot show as missing.
    var canRunLate: Bool { get }

    /// Whether every later migration builds on it: none of them counts as applied where this one's signature does not hold.
    var isBarrier: Bool { get }

    /// What an interrupted older upgrade left of this migration's change, in words; `nil` when the change is present as
    /// a whole or not at all. A run stops at such a database, and a repair continues from it.
    func remains(on schema: Schema) throws -> String?

    /// Checks the rows before any change and reports what the operator should know or must decide. What it creates is
    /// rolled back, unless ``MigrationContext/isDecided`` says that temporary tables are for ``migrate(_:)``.
    /// - Throws: ``DatabaseError``.
    func check(_ context: MigrationContext) throws -> [Finding]

    /// Creates what a damaged database lacks of this migration's tables, before a later one builds on them; asked of
    /// barriers only.
    /// - Throws: ``DatabaseError`` or ``MigrationError``; everything is rolled back.
    func createMissingTables(_ context: MigrationContext) throws

    /// Changes the database. It runs in a transaction, and its signature is verified before the commit.
    /// - Throws: ``DatabaseError`` or ``MigrationError``; everything is rolled back.
    func migrate(_ context: MigrationContext) throws
}

extension Migration {
    public var consent: String? { nil }
    public var rewrittenTables: Set<String> { [] }
    public var canBePresentEarly: Bool { false }
    public var canRunLate: Bool { false }
    public var isBarrier: Bool { false }
    public func remains(on schema: Schema) throws -> String? { nil }
    public func check(_ context: MigrationContext) throws -> [Finding] { [] }
    public func createMissingTables(_ context: MigrationContext) throws {}
}

/// A migration with its number and name.
public struct RegisteredMigration: Sendable {
    /// The number, from 1.
    public var number: Int
    /// The name in lower case with underscores: `foreignkey_refactoring`.
    public var name: String
    /// The migration.
    public var migration: any Migration
    /// The barriers before it.
    var barriers: [any Migration] = []

    /// Holds when its change and every barrier before it are present.
    public var signature: Signature {
        barriers.isEmpty ? migration.signature : .all([migration.signature] + barriers.map(\.signature))
    }

    /// The number and name as people write them: `008 foreignkey_refactoring`.
    public var title: String { number.paddedToThree + " " + name }
}

extension Int {
    /// The number with at least three digits.
    public var paddedToThree: String {
        String(repeating: "0", count: Swift.max(0, 3 - String(self).count)) + String(self)
    }
}

/// What a data check found, before anything changed.
public struct Finding: Sendable, Hashable {
    /// Whether the run can continue.
    public enum Severity: String, Sendable, Hashable {
        /// Worth knowing.
        case notice
        /// The migration decides by its rules, and the operator should know.
        case warning
        /// The operator must decide first: the run stops before any change.
        case error
    }

    /// A stable word for programs: `name_collision`.
    public var code: String
    /// Whether the run can continue.
    public var severity: Severity
    /// The table it is about.
    public var table: String
    /// How many rows it is about.
    public var count: Int64
    /// What was found and what will be done about it.
    public var message: String
    /// The first few examples.
    public var examples: [String]
    /// What the operator can do: about an error or a warning before the run, about a notice when it is done.
    public var action: String?
    /// The number of the migration whose check reports it, if any.
    public var migration: Int?

    /// Creates a finding.
    public init(
        _ severity: Severity,
        code: String,
        table: String,
        count: Int64,
        message: String,
        examples: [String] = [],
        action: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.table = table
        self.count = count
        self.message = message
        self.examples = examples
        self.action = action?.sentences
    }
}
