/// A comparison of a database with the newest schema.
public struct Verification: Sendable {
    /// What the database is, as its schema shows.
    public var inspection: Inspection
    /// What that means.
    public var diagnosis: Diagnosis
    /// How its schema differs, without what is the operator's own.
    public var differences: [SchemaDifference]
    /// What is the operator's own.
    public var mentioned: [SchemaDifference]
    /// What is broken though the schema allows it, in words.
    public var violations: [String]
    /// The damage to the file, which is among the violations.
    public var damage: [Finding]

    /// Compares a database with the newest schema of a catalogue.
    /// - Throws: ``DatabaseError``.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue) throws {
        let tables = catalogue.canonicalTables.map(\.name)
        (inspection, damage, violations) = try catalogue.reading(connection) { schema in
            (
                try Inspection(of: connection, catalogue: catalogue), try connection.damage(to: tables),
                try catalogue.violations(in: connection, on: schema)
            )
        }
        diagnosis = try Diagnosis(inspection, catalogue: catalogue)
        let all = catalogue.differences(of: inspection.schema)
        differences = all.filter { !$0.isOperatorsOwn }
        mentioned = all.filter(\.isOperatorsOwn)
    }

    /// Whether the schema is the newest, apart from what is the operator's own, and every reference is sound.
    public var isExact: Bool {
        guard case .exact = diagnosis else { return false }
        return violations.isEmpty
    }
}
