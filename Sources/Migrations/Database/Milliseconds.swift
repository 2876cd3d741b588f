extension Duration {
    /// The duration in whole milliseconds, as databases take their timeouts: from 0 to 2³¹ − 1, almost 25 days.
    public var milliseconds: Int64 {
        let timeout = min(max(self, .zero), .milliseconds(Int32.max))
        return timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
    }
}
