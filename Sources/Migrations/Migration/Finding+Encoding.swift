extension Finding {
    /// Texts that are not UTF-8, which neither this tool nor an application can read.
    public static func undecodable(
        _ count: Int64, in table: String, _ column: String, examples: [String]
    ) -> Finding {
        Finding(
            .error, code: "invalid_utf8", table: table, count: count,
            message: "\(count.counted("value")) of \(table).\(column) \(count == 1 ? "is" : "are") not UTF-8.",
            examples: examples,
            action: "Rewrite each of them as UTF-8, by its id, then run again.")
    }
}
