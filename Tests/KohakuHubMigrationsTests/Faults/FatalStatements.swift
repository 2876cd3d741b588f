/// Statements before which a run is killed, counted from 0.
struct FatalStatements {
    /// After the first write of the last transaction.
    var afterFirstWrite: Int
    /// After half of its writes.
    var halfWay: Int
    /// After all of them.
    var commit: Int
    /// After the commit; `nil` when nothing comes after it.
    var afterCommit: Int?

    /// All of them in order, each once.
    var all: [Int] { Set([afterFirstWrite, halfWay, commit, afterCommit].compactMap(\.self)).sorted() }

    /// `nil` when the statements commit nothing.
    /// - Parameter end: What ends the transaction: a dry run does all but commit.
    init?(_ statements: [String], endedBy end: String = "COMMIT") {
        guard let commit = statements.lastIndex(of: end),
            let begin = statements[..<commit].lastIndex(where: { $0.hasPrefix("BEGIN") })
        else { return nil }
        let writes = (begin + 1..<commit).filter { !Self.onlyReads(statements[$0]) }
        guard let first = writes.first else { return nil }
        afterFirstWrite = first + 1
        halfWay = writes[writes.count / 2] + 1
        self.commit = commit
        afterCommit = commit + 1 < statements.count ? commit + 1 : nil
    }

    /// To be killed before or after a statement that only reads is one and the same to the database.
    private static func onlyReads(_ statement: String) -> Bool {
        let words = statement.uppercased()
        return words.hasPrefix("SELECT") || words.hasPrefix("PRAGMA")
    }
}
