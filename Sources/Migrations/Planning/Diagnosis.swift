/// What a database is, as a person would say it.
public enum Diagnosis: Sendable {
    /// It has no tables.
    case fresh
    /// It has tables, but not the application's.
    case foreign(tables: [String])
    /// It has the schema of an older version. The migrations that should be there by then and are not are named.
    case older(Plan, without: [RegisteredMigration])
    /// Something else began to change it and stopped.
    case halfDone(Remains)
    /// It has the newest schema, apart from what is the operator's own.
    case exact(hasExtras: Bool)
    /// The newest migration is there, but the schema is not the newest: what a run or a repair mends.
    case differing([SchemaDifference])
    /// It has all of the newest schema, and more that the application must know: a newer application made it, or somebody by
    /// hand.
    case newer([SchemaDifference])

    /// Judges a database by its schema.
    /// - Throws: What a signature of one's own throws.
    public init(_ inspection: Inspection, catalogue: Catalogue) throws {
        switch inspection.state {
        case .fresh: self = .fresh
        case .foreign(let tables): self = .foreign(tables: tables)
        case .known(let plan):
            let schema = inspection.schema
            if let remains = try catalogue.remains(of: plan.pending, on: schema) {
                self = .halfDone(remains)
                return
            }
            guard plan.pending.isEmpty else {
                let without = try catalogue.migrations.filter { migration in
                    try migration.number < plan.version && !migration.migration.signature.holds(on: schema)
                }
                self = .older(plan, without: without)
                return
            }
            let all = catalogue.differences(of: schema)
            let differences = all.filter { !$0.isOperatorsOwn }
            let changing = differences.filter { !$0.isLeftAlone }
            if differences.isEmpty {
                self = .exact(hasExtras: !all.isEmpty)
            } else if changing.allSatisfy(\.isUnknown), changing.contains(where: { !$0.isHarmless }) {
                self = .newer(differences)
            } else {
                self = .differing(differences)
            }
        }
    }

    /// Whether a run would do something.
    public var isPending: Bool {
        switch self {
        case .fresh, .older: true
        case .differing(let differences): differences.contains { !$0.isLeftAlone }
        case .foreign, .halfDone, .exact, .newer: false
        }
    }

    /// The state in one word: `fresh`, `foreign`, `older`, `mixed`, `exact`, `differing`, `newer`.
    public var word: String {
        switch self {
        case .fresh: "fresh"
        case .foreign: "foreign"
        case .older: "older"
        case .halfDone: "mixed"
        case .exact: "exact"
        case .differing: "differing"
        case .newer: "newer"
        }
    }
}
