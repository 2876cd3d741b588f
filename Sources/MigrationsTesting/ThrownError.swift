/// The error of a kind that `body` throws; every other error goes through.
///
/// Tests whose body has closures of its own use this in place of `#expect(throws:)`: inside the macro's expansion the
/// compiler may give a closure the name of another one, which then runs in its place.
@discardableResult
public func thrownError<Failure: Error>(_ kind: Failure.Type, by body: () throws -> Void) throws -> Failure {
    do {
        try body()
    } catch let error as Failure {
        return error
    }
    throw TestSupportError("nothing was thrown, instead of \(kind)")
}
