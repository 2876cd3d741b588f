extension MigrationError {
    /// The stop that a database error means.
    /// - Parameters:
    ///   - title: What was being done; `nil` between two changes.
    ///   - isReading: Whether it only looked, so that there was nothing to roll back.
    public init(
        _ error: DatabaseError, during title: String? = nil, isReading: Bool = false,
        vocabulary: Vocabulary = Vocabulary()
    ) {
        let state = isReading ? "Nothing was changed." : "It was rolled back."
        let code: Code
        var message = error.description
        let nextStep: String
        var findings: [Finding] = []
        switch error.kind {
        case .interrupted:
            code = .interrupted
            message =
                title == nil
                ? "interrupted between two changes" : isReading ? "interrupted" : "interrupted and rolled back"
            nextStep = "No row is lost. To continue, run again."
        case .locked:
            code = .locked
            nextStep =
                "Another process has locked the database. Stop the \(vocabulary.name) or wait for the other migration, then run "
                + "again."
        case .ambiguous:
            code = .schemaDiffers
            nextStep = "Nothing was changed."
        case .unreachable, .notADatabase, .readOnly:
            code = .unreachable
            nextStep = "Check the database URL, the server and the permissions, then run again."
        case .libraryMissing:
            code = .unreachable
            nextStep = "Install it, then run again."
        case .damaged:
            code = .checkFailed
            message = error.message
            nextStep =
                "None of this was applied. Stop the \(vocabulary.name), copy the file, and restore a backup. Without one, "
                + "sqlite3 FILE .recover "
                + "saves what can be read."
        case .full:
            code = .failed
            nextStep = "\(state) Free disk space, then run again."
        case .exhausted:
            code = .failed
            nextStep = "\(state) Raise the server limit that the message names, then run again."
        case .notPermitted:
            code = .failed
            nextStep = "\(state) Connect as the owner of the tables, then run again."
        case .forbidden:
            code = .checkFailed
            nextStep =
                "\(state) An event trigger forbids it. As a superuser: ALTER EVENT TRIGGER … DISABLE. Run again, then ENABLE it."
        case .hidden:
            code = .checkFailed
            nextStep = "Nothing was changed."
        case .constraint where error.refusal != nil:
            code = .checkFailed
            message = "the data needs a decision before it can be migrated:"
            findings = [
                Finding(
                    .error, code: "refused_row", table: "", count: 1,
                    message: "A constraint or index that was added to the tables rejects a migrated row.",
                    examples: [error.refusal].compactMap { $0 },
                    action: "Keep its definition, drop it, run again, and recreate it so that every row satisfies it.")
            ]
            nextStep = "It was rolled back: none of it was applied."
        case .constraint, .cancelled, .other:
            code = .failed
            nextStep =
                isReading
                ? "\(state) Fix the cause, then run again."
                : "It was rolled back: none of it was applied. Fix the cause, then run again."
        }
        self.init(code, message, migration: title, nextStep: nextStep, findings: findings, underlying: error)
    }
}
