/// How the values of a column with another type than the application's are converted without changing any.
///
/// Conversion tools leave such columns, for example booleans as numbers or text. The expressions convert values that
/// the application may have written; any other value counts as a misfit, and is never guessed.
public struct ColumnConversion: Sendable {
    /// The current column.
    public var column: Schema.Column
    /// The type that its values get.
    public var type: TableDefinition.ColumnType
    /// The converted value, as an SQL expression on the column.
    public var value: String
    /// Which values cannot be converted, as an SQL condition; `nil` when every one can.
    public var misfits: String?
    /// Which values are to be converted, as an SQL condition, where only these are of another type. Otherwise the column is.
    public var concerned: String?
    /// Whether the database converts these values by itself where they are compared or stored.
    public var isImplicit = false

    /// Describes a conversion, `nil` when the column has the type.
    public init?(of column: Schema.Column, to type: TableDefinition.ColumnType, in dialect: Dialect) {
        self.column = column
        self.type = type
        value = column.name.quotedIdentifier
        switch dialect {
        case .sqlite:
            // SQLite's types are only affinities, and it has none for booleans.
            guard type == .boolean, !column.isGenerated else { return nil }
            let name = value
            concerned = "\(name) IS NOT NULL AND (typeof(\(name)) <> 'integer' OR \(name) NOT IN (0, 1))"
            convertToBoolean(text: "CAST(\(name) AS TEXT)", isTrue: "1", isFalse: "0")
        case .postgresql:
            guard type.spelling(.postgresql) != column.type else { return nil }
            convert(from: Source(column.type))
        }
    }

    /// What a type of PostgreSQL holds, as far as it matters here.
    private enum Source {
        case integer, decimal, text, timestamp, date, blob, other

        init(_ type: String) {
            self =
                switch type {
                case "smallint", "integer", "bigint": .integer
                case "text", "character varying": .text
                case "date": .date
                case "bytea": .blob
                case _ where type.hasPrefix("numeric"): .decimal
                case _ where type.hasPrefix("character varying("): .text
                case _ where type.hasPrefix("timestamp"): .timestamp
                default: .other
                }
        }
    }

    private mutating func convert(from source: Source) {
        let name = value
        // The blanks of character(n) are not part of its text.
        let text = "\(name)::text"
        switch (type, source) {
        case (.boolean, .integer), (.boolean, .decimal):
            value = "\(name) <> 0"
            misfits = "\(name) NOT IN (0, 1)"
        case (.boolean, _):
            convertToBoolean(text: text, isTrue: "true", isFalse: "false")
        case (.id, .integer), (.integer, .integer), (.bigint, .integer):
            isImplicit = true
            if column.type == "bigint" { misfits = "\(name) NOT BETWEEN \(Int32.min) AND \(Int32.max)" }
        case (.id, _), (.integer, _), (.bigint, _):
            let limits = type == .bigint ? "\(Int64.min) AND \(Int64.max)" : "\(Int32.min) AND \(Int32.max)"
            value = "\(text)::numeric::\(type.spelling(.postgresql))"
            // Read as a number only where it is one.
            misfits = """
                CASE WHEN \(text) ~ '^[+-]?[0-9]+([.]0+)?$' THEN \(text)::numeric NOT BETWEEN \(limits)
                    ELSE \(name) IS NOT NULL END
                """
        case (.string, .blob), (.text, .blob), (.blob, .integer), (.blob, .decimal):
            misfits = "\(name) IS NOT NULL"
        case (.string, _), (.text, _):
            value = text
            isImplicit = source == .text
            if type == .string { misfits = "length(\(text)) > 255" }
        case (.timestamp, .timestamp):
            isImplicit = true
        case (.timestamp, .date):
            value = "\(name)::timestamp"
        case (.timestamp, _):
            // With a time zone it is an instant; the application's are in UTC.
            value = "\(text)::timestamptz AT TIME ZONE 'UTC'"
            misfits = """
                \(text) !~ '^\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d([.]\\d{1,6})?)?)? ?(Z|[+-]\\d\\d(:?\\d\\d)?)?$'
                """
        case (.date, .timestamp):
            value = "\(name)::date"
            misfits = "\(name) <> date_trunc('day', \(name))"
        case (.date, _):
            value = "\(text)::date"
            misfits = #"\#(text) !~ '^\d{4}-\d\d-\d\d$'"#
        case (.blob, _):
            value = #"CASE WHEN \#(text) LIKE '\\x%' THEN \#(text)::bytea ELSE decode(\#(text), 'base64') END"#
            misfits = #"""
                \#(text) !~* '^\\x([0-9a-f]{2})*$' AND NOT (\#(text) ~ '^[A-Za-z0-9+/\s]*={0,2}\s*$'
                    AND length(regexp_replace(\#(text), '\s', '', 'g')) % 4 = 0)
                """#
        }
    }

    /// The spellings of booleans in PostgreSQL, MySQL and the tools that convert between them.
    private mutating func convertToBoolean(text: String, isTrue: String, isFalse: String) {
        let word = "lower(trim(\(text)))"
        let trueWords = "'1', 't', 'true', 'y', 'yes', 'on'"
        let falseWords = "'0', 'f', 'false', 'n', 'no', 'off'"
        value = "CASE WHEN \(word) IN (\(trueWords)) THEN \(isTrue) WHEN \(word) IN (\(falseWords)) THEN \(isFalse) END"
        misfits = "\(word) NOT IN (\(trueWords), \(falseWords))"
    }
}

extension ColumnConversion: CustomStringConvertible {
    /// The change in words: `is_active: bigint to boolean`.
    public var description: String {
        concerned == nil
            ? "\(column.name): \(column.type) to \(type.spelling(.postgresql))" : "\(column.name): text to 1 and 0"
    }
}
