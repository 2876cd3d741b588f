/// What a look at a database tells, without changing it.
public struct Inspection: Sendable {
    /// What the database is.
    public enum State: Sendable {
        /// It has no tables.
        case fresh
        /// It has tables, but not the application's.
        case foreign(tables: [String])
        /// It is the application's.
        case known(Plan)
    }

    /// What the database is.
    public var state: State
    /// The schema.
    public var schema: Schema

    /// Reads the schema and judges every migration by it.
    /// - Throws: ``DatabaseError`` when the schema cannot be read.
    public init(of connection: any DatabaseConnection, catalogue: Catalogue) throws {
        schema = try catalogue.reading(connection) { $0 }
        if schema.tables.isEmpty {
            state = .fresh
        } else if catalogue.isForeign(schema) {
            state = .foreign(tables: schema.tables.keys.sorted())
        } else {
            state = .known(Plan(catalogue.migrations, on: schema))
        }
    }
}
