/// What a run reports while it works. The engine never prints; its caller renders these.
public enum MigrationEvent: Sendable {
    /// Another process migrates the database: the run waits as long as that makes progress.
    case waiting(for: Leader)
    /// The run begins with this plan.
    case planned(Plan)
    /// A check found something: a migration's own, or the comparison with the newest schema.
    case found(Finding)
    /// The database is fresh and gets the canonical schema.
    case creating(tables: Int)
    /// A write transaction other than a migration's begins: what it does.
    case changing(String)
    /// A backup begins, of the database as it is before a change that only a backup can undo.
    case backingUp
    /// The backup is made.
    case backedUp(Backup)
    /// A migration begins.
    case started(RegisteredMigration)
    /// A table was rewritten.
    case tableRewritten(TableReport)
    /// A migration is done. A repair, and a run that reconciles, commit later than that.
    case finished(MigrationReport)
    /// The migration is no longer pending: another process ran it, or an earlier one of this run brought its change.
    case overtaken(RegisteredMigration)
    /// A difference from the canonical schema was reconciled.
    case reconciled(SchemaDifference)
    /// Inconsistent data was fixed.
    case restored(String)
    /// An unmanaged object is left alone.
    case mentioned(SchemaDifference)
    /// Something that does not stop the run.
    case warning(String)
}

/// What one migration did.
public struct MigrationReport: Sendable {
    /// The migration.
    public var migration: RegisteredMigration
    /// Each table it rewrote.
    public var tables: [TableReport]
    /// How long it took.
    public var duration: Duration
}

/// What a run did.
public struct RunReport: Sendable {
    /// Whether the database was fresh and got the canonical schema.
    public var wasFresh = false
    /// The backup that was made before the first change.
    public var backup: Backup?
    /// The migrations that ran.
    public var migrations: [MigrationReport] = []
    /// The migrations that another process ran since the run began.
    public var overtaken: [RegisteredMigration] = []
    /// The number of the newest applied migration at the end.
    public var version = 0
    /// Differences from the canonical schema that were reconciled.
    public var reconciled: [SchemaDifference] = []
    /// What that did to the rows of tables; empty when no row changed.
    public var reconciledTables: [TableReport] = []
    /// Inconsistent data that was fixed: see ``Inspector/violations(of:)``.
    public var violations: [String] = []
    /// The unmanaged objects.
    public var mentioned: [SchemaDifference] = []
    /// How many rows are in quarantine at the end, including those of earlier runs.
    public var quarantined: Int64 = 0
    /// How long the whole run took.
    public var duration: Duration = .zero

    /// Whether the run changed nothing.
    public var isUnchanged: Bool {
        !wasFresh && migrations.isEmpty && reconciled.isEmpty && reconciledTables.isEmpty && violations.isEmpty
    }
}
