/// What a database is to a catalogue: its schema, and what that means.
public struct Assessment: Sendable {
    /// What a database is.
    public enum State: Sendable {
        /// It has no tables.
        case fresh
        /// It has tables, but not the application's: it lacks what only these have.
        case foreign(lacking: String)
        /// It is the application's, and older than every version that the migrations lead on from.
        case unsupported(lacking: String)
        /// Something else began to change it and stopped: what it began, and what is there of it, in words.
        case partial(work: String, found: String)
        /// It has the schema of an older version. The migrations that should be there by then and are not are named.
        case older(without: [RegisteredMigration])
        /// It has the newest migration. What its schema is short of the newest one all the same is the drift.
        case current
        /// It has all of the newest schema, and more that the application must know: a newer application made it, or somebody
        /// by hand.
        case newer
    }

    /// The schema.
    public var schema: Schema
    /// What the database is.
    public var state: State
    /// The status of every migration; empty for a database without tables of the application.
    public var statuses: [MigrationStatus] = []
    /// How the schema differs from the newest one.
    public var drift: [SchemaDifference]
    /// What is broken though the schema allows it, in words; empty unless it was looked for.
    public var violations: [String] = []
    /// The damage to the file, which is among the violations.
    public var damage: [Finding] = []

    /// Reads the schema of a database and judges it.
    /// - Parameter isThorough: Whether references, indexes and the file are looked at as well.
    /// - Throws: ``DatabaseError``, or what a signature of one's own throws.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue, isThorough: Bool = false) throws {
        self = try connection.withReadTransaction(of: catalogue.tables) {
            var assessment = try Assessment(of: connection.readSchema(), catalogue: catalogue)
            guard isThorough else { return assessment }
            assessment.damage = try connection.damage(to: catalogue.canonicalTables.map(\.name))
            assessment.violations = try catalogue.violations(in: connection, on: assessment.schema)
            return assessment
        }
    }

    /// Judges a schema.
    /// - Throws: What a signature of one's own throws.
    public init(of schema: Schema, catalogue: Catalogue) throws {
        self.schema = schema
        drift = catalogue.differences(of: schema)
        if schema.tables.isEmpty, !catalogue.canonicalTables.isEmpty {
            state = .fresh
        } else if let lacking = catalogue.missingIdentity(of: schema) {
            state = .foreign(lacking: lacking)
        } else if let lacking = try catalogue.missingBaseline(of: schema) {
            state = .unsupported(lacking: lacking)
        } else {
            statuses = [MigrationStatus](of: catalogue.migrations, on: schema)
            state = .current
            state = try knownState(catalogue)
        }
    }

    private func knownState(_ catalogue: Catalogue) throws -> State {
        let pending = statuses.pending.map(\.migration)
        if let displaced = catalogue.displacedTables(by: pending, on: schema).first {
            return .partial(work: "the rebuild of \(displaced.table)", found: displaced.description)
        }
        for migration in pending {
            guard let found = try migration.migration.remains(on: schema) else { continue }
            return .partial(work: migration.title, found: found)
        }
        guard pending.isEmpty else {
            return .older(
                without: try catalogue.migrations.filter {
                    try $0.number < version && !$0.migration.signature.holds(on: schema)
                })
        }
        let unknown: Set<SchemaDifference.Disposition> = [.unrecognized, .redundant]
        let dispositions = Set(driftToReconcile.map(\.disposition))
        return dispositions.contains(.unrecognized) && dispositions.isSubset(of: unknown) ? .newer : .current
    }

    /// The number of the newest migration that is present, 0 when none is.
    public var version: Int { statuses.version }

    /// The drift that a run reconciles or stops at.
    public var driftToReconcile: [SchemaDifference] { drift.filter(\.concernsRun) }

    /// The drift without what is the operator's own.
    public var managedDrift: [SchemaDifference] { drift.filter { $0.disposition != .unmanaged } }

    /// Whether the schema is the newest, apart from what is the operator's own, and nothing that was looked for is broken.
    public var isExact: Bool {
        guard case .current = state else { return false }
        return managedDrift.isEmpty && violations.isEmpty
    }

    /// Whether a run would do something.
    public var isPending: Bool {
        switch state {
        case .fresh, .older: true
        case .current: !driftToReconcile.isEmpty
        case .foreign, .unsupported, .partial, .newer: false
        }
    }

    /// The state in one word: `fresh`, `foreign`, `unsupported`, `older`, `mixed`, `exact`, `differing`, `newer`.
    public var word: String {
        switch state {
        case .fresh: "fresh"
        case .foreign: "foreign"
        case .unsupported: "unsupported"
        case .older: "older"
        case .partial: "mixed"
        case .current: managedDrift.isEmpty ? "exact" : "differing"
        case .newer: "newer"
        }
    }
}
