/// One open connection to a database, as the engine needs it. What only some databases can do is a protocol of its own, to be
/// asked for with `as?`.
public typealias DatabaseConnection = Driver & Inspector & SchemaEditor & Sandbox

/// What lets changes be tried where no row is.
public protocol Sandbox {
    /// Runs `body` on an empty copy of this database's schema that is gone afterwards.
    /// - Throws: ``DatabaseError``, or what `body` throws.
    func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws
}
