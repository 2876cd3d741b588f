extension Duration {
    /// The duration in whole milliseconds, as databases take their timeouts.
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
