/// The status of one migration on a schema, and the reason.
public struct MigrationStatus: Sendable {
    /// Whether the change of a migration is present.
    public enum Verdict: String, Sendable, Hashable {
        /// Its signature holds.
        case applied
        /// The signature of a newer migration holds, which implies it.
        case implied = "superseded"
        /// Neither.
        case pending
    }

    /// The migration.
    public var migration: RegisteredMigration
    /// Whether its change is present.
    public var verdict: Verdict
    /// Why, in words.
    public var reason: String
    /// Why its signature could not be evaluated, in words, if so.
    public var warning: String?
}

extension [MigrationStatus] {
    /// Judges every migration by the schema, newest first: when any newer signature holds, it is implied; else, when
    /// its own holds, applied; else pending.
    /// - Returns: The statuses in numerical order. They are made from the schema alone.
    public init(of migrations: [RegisteredMigration], on schema: Schema) {
        self = []
        var superseding: String?
        for migration in migrations.reversed() {
            let signature = migration.signature
            var status = MigrationStatus(migration: migration, verdict: .pending, reason: "")
            do {
                if try signature.holds(on: schema) { status.verdict = .applied }
                if superseding == nil { status.reason = try signature.evidence(on: schema) }
            } catch {
                status.reason = signature.description(schema.dialect)
                status.warning = "the signature of \(migration.title) could not be evaluated: \(error)"
            }
            if let superseding {
                status.verdict = .implied
                status.reason = superseding
            } else if status.verdict == .applied {
                superseding = "superseded by \(migration.number.paddedToThree): \(status.reason)"
            }
            append(status)
        }
        reverse()
    }

    /// The pending migrations in numerical order.
    public var pending: [MigrationStatus] { filter { $0.verdict == .pending } }

    /// The signatures that could not be evaluated, in words.
    public var warnings: [String] { compactMap(\.warning) }

    /// The number of the newest applied migration, 0 when there is none.
    public var version: Int { last { $0.verdict == .applied }?.migration.number ?? 0 }
}
