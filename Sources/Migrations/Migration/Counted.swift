extension BinaryInteger {
    /// The number with its noun in the singular or plural: `1 row`, `2 rows`.
    /// - Parameter plural: The plural, when it is not the noun with an s.
    package func counted(_ noun: String, plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
    }
}

extension Int64 {
    /// A number of bytes in whole megabytes, rounded up: `3 MB`.
    package var megabytes: String { "\(self / 1_000_000 + (self % 1_000_000 > 0 ? 1 : 0)) MB" }
}
