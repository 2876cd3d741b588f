/// An error of a database: its message and code, and the statement.
public struct DatabaseError: Error, Sendable, Hashable {
    /// What kind of failure it is, whatever the database.
    public enum Kind: String, Sendable, Hashable {
        /// The database cannot be opened or reached: no such folder, wrong password, server down.
        case unreachable
        /// The library that connects to the database is not installed.
        case libraryMissing
        /// The file or session cannot be written.
        case readOnly
        /// The file is not a database.
        case notADatabase
        /// It is not clear which tables are meant: those of several schemas, or none.
        case ambiguous
        /// The file is a database whose pages are damaged.
        case damaged
        /// Another session holds a lock, and the wait for it timed out.
        case locked
        /// A constraint rejected the rows.
        case constraint
        /// There is no space left on the device.
        case full
        /// The server ran out of memory, or of space for locks.
        case exhausted
        /// The work was stopped by its ``Interruption``.
        case interrupted
        /// The server cancelled the statement: it timed out, or an administrator asked for it.
        case cancelled
        /// The role lacks a privilege.
        case notPermitted
        /// The operator forbids the change, by an event trigger.
        case forbidden
        /// Row level security would hide rows from the role.
        case hidden
        /// Any other failure.
        case other
    }

    /// The kind of failure.
    public var kind: Kind
    /// The database's own message.
    public var message: String
    /// SQLite's extended result code or PostgreSQL's SQLSTATE, such as `1299` or `23502`.
    public var code: String
    /// The statement, without the values bound to it.
    public var sql: String?
    /// Where in the statement the error lies, in characters from 1.
    public var position: Int?
    /// More details, a paragraph each: the database's hints, or who holds the lock.
    public var details: [String]
    /// The object that rejected a transaction's rows and existed before it, with its definition: `constraint adults on
    /// "user": CHECK (age >= 18)`.
    public var refusal: String?

    /// Creates an error.
    public init(
        _ kind: Kind,
        _ message: String,
        code: String = "",
        sql: String? = nil,
        position: Int? = nil,
        details: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.code = code
        self.sql = sql
        self.position = position
        self.details = details
    }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String { paragraphs.joined(separator: "\n") }

    /// The description in its parts. A line break within one of them belongs to a name or a value.
    public var paragraphs: [String] {
        let title = code.isEmpty ? message : "\(message) (\(code))"
        // libpq's connection errors contain no text from a database: a line for each attempt, and indented hints.
        var paragraphs =
            kind == .unreachable
            ? title.replacing("\n\t", with: " ").split(separator: "\n").map(String.init) : [title]
        paragraphs += details
        if let sql {
            paragraphs.append("in: " + sql.trimmingSpaces().replacing("\n", with: " ").abbreviated(to: 400))
            if let place {
                // The column counts in the line as it is shown.
                let text = place.text.trimmingSpaces()
                let column = place.column - place.text.prefix { $0.isWhitespace }.count
                paragraphs.append("at line \(place.line), column \(max(column, 1)): \(text.abbreviated(to: 200))")
            }
        }
        return paragraphs
    }

    /// The line of the statement in which the error lies, from 1, its text, and the column, in characters from 1.
    public var place: (line: Int, column: Int, text: String)? {
        guard let sql, let position else { return nil }
        let before = sql.unicodeScalars.prefix(position - 1).split(separator: "\n", omittingEmptySubsequences: false)
        let lines = sql.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(before.count - 1) else { return nil }
        return (before.count, (before.last?.count ?? 0) + 1, String(lines[before.count - 1]))
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    package func trimmingSpaces() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

extension String {
    /// The first characters of a long text, with an ellipsis.
    func abbreviated(to length: Int) -> String {
        count > length ? prefix(length - 1) + "…" : self
    }
}
