extension MigrationError {
    /// The error for findings that include errors; `nil` when none is one.
    public init?(stoppingFor findings: [Finding]) {
        let errors = findings.filter { $0.severity == .error }
        guard !errors.isEmpty else { return nil }
        let codes = Set(errors.map(\.code))
        if codes.isSubset(of: [DatabaseDamage.file, DatabaseDamage.index]) {
            self.init(
                .checkFailed, "the database file is damaged:", nextStep: "Nothing was changed.", findings: errors)
        } else if codes == [RowFitting.rowsDoNotFit] {
            self.init(
                .schemaDiffers, "there are rows that the current schema cannot hold:", nextStep: "Nothing was changed.",
                findings: errors)
        } else {
            self.init(
                .checkFailed, "the following must be resolved before anything can be changed:",
                nextStep: "Nothing was changed. Resolve it, then run again.", findings: errors)
        }
    }

    /// The error for what a newer application may need, and for the operator's constraints that can reject its rows; `nil`
    /// when there is nothing.
    init?(unrecognized: [SchemaDifference], _ words: Vocabulary) {
        guard !unrecognized.isEmpty else { return nil }
        // Not the application's: it uses indexes for uniqueness.
        if unrecognized.allSatisfy({ $0.kind == .uniqueConstraint }) {
            self.init(
                .checkFailed,
                "the schema has UNIQUE constraints that can refuse the application's rows (\(unrecognized.count)):",
                nextStep: "None of this was applied. Drop them, then run again.", differences: unrecognized)
        } else {
            self.init(
                .schemaDiffers,
                "the schema has parts that this tool does not know (\(unrecognized.count)):",
                nextStep:
                    "None of this was applied. If the \(words.name) is newer than this tool, update the tool. If somebody "
                    + "made them by hand, drop such indexes and keys, and make such columns nullable.",
                differences: unrecognized)
        }
    }
}
