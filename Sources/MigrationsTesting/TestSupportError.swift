/// Why a test could not even begin.
public struct TestSupportError: Error, CustomStringConvertible {
    /// What is missing, and how to get it.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
