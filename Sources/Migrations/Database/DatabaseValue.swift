/// One value read from or bound to a database.
public enum DatabaseValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case boolean(Bool)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension DatabaseValue {
    /// What kind of value it is, in words.
    var kind: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .boolean: "a boolean"
        case .real: "a real number"
        case .text: "a text"
        case .blob: "a blob"
        }
    }

    /// The value as an integer; a boolean is 0 or 1. `nil` for every other kind.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .null, .real, .text, .blob: nil
        }
    }

    /// The value as a boolean; SQLite stores 0 and 1. `nil` for every other kind.
    public var boolean: Bool? {
        integer.map { $0 != 0 }
    }

    /// The value as text, `nil` for every other kind.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }
}

extension DatabaseValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral,
    ExpressibleByBooleanLiteral
{
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// One row of a result: its values in the order of the query's columns.
public struct DatabaseRow: Sendable, Hashable {
    /// The values in column order.
    public var values: [DatabaseValue]

    /// Creates a row of these values.
    public init(_ values: [DatabaseValue]) {
        self.values = values
    }

    /// The value at a column's index, counted from 0.
    public subscript(_ index: Int) -> DatabaseValue { values[index] }

    /// The integer at a column's index; a boolean is 0 or 1.
    /// - Throws: ``DatabaseError`` for every other value, NULL too.
    public func integer(_ index: Int) throws -> Int64 {
        guard let integer = self[index].integer else { throw unexpected(index, "an integer") }
        return integer
    }

    /// The text at a column's index.
    /// - Throws: ``DatabaseError`` for every other value, NULL too.
    public func text(_ index: Int) throws -> String {
        guard let text = self[index].text else { throw unexpected(index, "a text") }
        return text
    }

    /// The value itself may be a secret.
    private func unexpected(_ index: Int, _ expected: String) -> DatabaseError {
        DatabaseError(.other, "column \(index + 1) of the result is \(self[index].kind), not \(expected)")
    }
}
