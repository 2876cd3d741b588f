/// What would run and why: a value that is made from a schema alone.
public struct Plan: Sendable {
    /// The planner's verdict on one migration.
    public enum Verdict: String, Sendable, Hashable {
        /// Its signature holds.
        case applied
        /// The signature of a newer migration holds.
        case superseded
        /// Neither.
        case pending
    }

    /// One migration with its verdict.
    public struct Entry: Sendable {
        /// The migration.
        public var migration: RegisteredMigration
        /// The verdict.
        public var verdict: Verdict
        /// Why, in words.
        public var evidence: String
    }

    /// Every migration in numerical order.
    public var entries: [Entry]
    /// Signatures that could not be evaluated, in words.
    public var warnings: [String]

    /// The pending migrations in numerical order.
    public var pending: [RegisteredMigration] {
        entries.filter { $0.verdict == .pending }.map(\.migration)
    }

    /// The number of the newest migration that is present, 0 when none is.
    public var version: Int {
        entries.last { $0.verdict == .applied }?.migration.number ?? 0
    }
}

extension Plan {
    /// Judges every migration by the schema, newest first: when any newer signature holds, a migration is superseded; else
    /// when its own holds, applied; else pending.
    public init(_ migrations: [RegisteredMigration], on schema: Schema) {
        entries = []
        warnings = []
        var present: (migration: RegisteredMigration, evidence: String)?
        for migration in migrations.reversed() {
            let signature = migration.migration.signature
            var description = signature.description(schema.dialect)
            var holds = false
            do {
                holds = try signature.holds(on: schema)
                description = try signature.evidence(on: schema)
            } catch {
                warnings.append("the signature of \(migration.title) could not be evaluated: \(error)")
            }
            let entry: Entry
            if let present {
                let evidence = "superseded by \(present.migration.number.paddedToThree): \(present.evidence)"
                entry = Entry(migration: migration, verdict: .superseded, evidence: evidence)
            } else if holds {
                present = (migration, description)
                entry = Entry(migration: migration, verdict: .applied, evidence: description)
            } else {
                entry = Entry(migration: migration, verdict: .pending, evidence: description)
            }
            entries.insert(entry, at: 0)
        }
    }
}
