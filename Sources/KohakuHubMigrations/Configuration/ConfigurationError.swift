/// An invalid setting: what, where, and what to write instead.
public struct ConfigurationError: Error, Sendable, Hashable {
    /// What is wrong.
    public var message: String
    /// The variable, flag or file it comes from.
    public var source: String?
    /// What to write instead.
    public var hint: String?

    /// Creates an error.
    public init(_ message: String, source: String? = nil, hint: String? = nil) {
        self.message = message
        self.source = source
        self.hint = hint
    }
}
