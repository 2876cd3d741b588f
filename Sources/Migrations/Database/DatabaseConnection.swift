/// One open connection to a database, as the engine needs it. What only some databases can do is a protocol of its own, to be
/// asked for with `as?`.
public typealias DatabaseConnection = Driver & Inspector & SchemaEditor & Sandbox

/// Lets changes be tried where there are no rows.
public protocol Sandbox {
    /// Runs `body` on a temporary empty copy of this database's schema.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws
}
