/// What a database is to a catalogue: its schema and what follows from it.
public struct Assessment: Sendable {
    /// What a database is.
    public enum State: Sendable {
        /// It has no tables.
        case fresh
        /// It has tables, but lacks what only the application's have.
        case foreign(lacking: String)
        /// It is the application's, but older than the oldest supported version.
        case unsupported(lacking: String)
        /// An older upgrade began to change it and stopped: what it began, and what it left, in words.
        case partial(work: String, found: String)
        /// It has the schema of an older version; with the migrations that this version lacks.
        case older(without: [RegisteredMigration])
        /// It has the newest migration. Its schema may still differ from the newest one: see the drift.
        case current
        /// It has all of the newest schema, and more that the application must know: made by a newer application, or by
        /// hand.
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
    /// Inconsistent data that the schema does not rule out, in words; empty unless checked.
    public var violations: [String] = []
    /// The damage to the file, which is also among the violations.
    public var damage: [Finding] = []

    /// Reads the schema of a database and judges it.
    /// - Parameter isThorough: Whether references, indexes and the file are checked as well.
    /// - Throws: ``DatabaseError``, or what a signature of one's own throws.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue, isThorough: Bool = false) throws {
        self = try connection.withReadTransaction(of: catalogue.tables) {
            var assessment = try Assessment(of: connection.readSchema(), catalogue: catalogue)
            guard isThorough else { return assessment }
            assessment.damage = try connection.damage(to: catalogue.canonicalTables.map(\.name), isThorough: true)
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
            // Each time it is asked for, all statuses are looked at.
            let version = version
            return .older(
                without: catalogue.migrations.filter {
                    $0.number < version && (try? $0.migration.signature.holds(on: schema)) != true
                })
        }
        let dispositions = driftToReconcile.map(\.disposition)
        let isNewer =
            dispositions.contains(.unrecognized)
            && dispositions.allSatisfy { $0 == .unrecognized || $0 == .redundant }
        return isNewer ? .newer : .current
    }

    /// The number of the newest applied migration, 0 when there is none.
    public var version: Int { statuses.version }

    /// The drift that a run reconciles or stops at.
    public var driftToReconcile: [SchemaDifference] { drift.filter(\.concernsRun) }

    /// The drift without unmanaged objects.
    public var managedDrift: [SchemaDifference] { drift.filter { $0.disposition != .unmanaged } }

    /// Whether the schema is the newest, apart from unmanaged objects, and no inconsistent data was found.
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
