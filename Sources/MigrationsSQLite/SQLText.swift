/// Looks into SQL as far as quotes, comments and parentheses, for what no pragma tells.
enum SQLText {
    /// The parts of a list: what lies between the commas outside parentheses.
    static func list(_ sql: some StringProtocol) -> [String] {
        var parts: [String] = []
        var rest = sql[...]
        while let comma = outermost(in: rest, where: { $0 == "," }) {
            parts.append(String(rest[..<comma]))
            rest = rest[rest.index(after: comma)...]
        }
        return parts + [String(rest)]
    }

    /// The first words of a text, up to the first in parentheses.
    static func words(_ sql: some StringProtocol) -> [String] {
        let words = allWords(String(sql)).map(String.init)
        return words.firstIndex { $0.hasPrefix("(") }.map { Array(words[...$0]) } ?? words
    }

    /// The words of a text: names with their quotes, `(…)` as one word.
    static func allWords(_ sql: String) -> [Substring] {
        var words: [Substring] = []
        var rest = sql[...]
        while true {
            rest = skippingSpace(rest)
            guard let first = rest.first else { return words }
            var end = rest.startIndex
            if first == "(" {
                guard let close = outermost(in: rest.dropFirst(), where: { $0 == ")" }) else { return words }
                end = rest.index(after: close)
            } else {
                end = endOfQuoted(rest) ?? rest.firstIndex { $0.isWhitespace || "(,)".contains($0) } ?? rest.endIndex
            }
            guard end > rest.startIndex else { return words }
            words.append(rest[..<end])
            rest = rest[end...]
        }
    }

    /// The words outside quotes, comments and parentheses, in capitals.
    static func keywords(_ sql: some StringProtocol) -> Set<String> {
        var bare = ""
        _ = outermost(in: sql) {
            bare.append($0)
            return false
        }
        return Set(bare.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map { $0.uppercased() })
    }

    /// Whether a text names a column, in quotes or without.
    static func mentions(_ column: String, in sql: String) -> Bool {
        var rest = sql[...]
        while let first = rest.first {
            let next = skippingComments(rest)
            if next.startIndex > rest.startIndex {
                rest = next
            } else if let end = endOfQuoted(rest) {
                if first != "'", name(at: String(rest[..<end]))?.lowercased() == column.lowercased() { return true }
                rest = rest[end...]
            } else {
                let end = rest.firstIndex { !$0.isLetter && !$0.isNumber && !"_$".contains($0) } ?? rest.endIndex
                if rest[..<end].lowercased() == column.lowercased() { return true }
                rest = end == rest.startIndex ? rest.dropFirst() : rest[end...]
            }
        }
        return false
    }

    /// The name that a word is, without quotes.
    static func name(at word: String?) -> String? {
        guard let word, let first = word.first else { return nil }
        switch first {
        case "\"", "`", "'": return String(word.dropFirst().dropLast()).replacing("\(first)\(first)", with: "\(first)")
        case "[": return String(word.dropFirst().dropLast())
        default: return word
        }
    }

    /// The first character outside quotes, comments and parentheses that meets a condition.
    static func outermost<Text: StringProtocol>(
        in sql: Text, where condition: (Character) -> Bool
    ) -> String.Index? {
        var depth = 0
        var rest = sql[...]
        while true {
            rest = skippingComments(rest)
            guard let character = rest.first else { return nil }
            if let end = endOfQuoted(rest) {
                rest = rest[end...]
                continue
            }
            if depth == 0, condition(character) { return rest.startIndex }
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            rest = rest.dropFirst()
        }
    }

    /// Where the quoted name or text ends that begins here, `nil` when none does. A doubled quote does not end it.
    private static func endOfQuoted(_ sql: some StringProtocol) -> String.Index? {
        guard let first = sql.first, let quote = ["\"": "\"", "'": "'", "`": "`", "[": "]"][String(first)]?.first else {
            return nil
        }
        var index = sql.index(after: sql.startIndex)
        while let end = sql[index...].firstIndex(of: quote) {
            index = sql.index(after: end)
            guard quote != "]", index < sql.endIndex, sql[index] == quote else { return index }
            index = sql.index(after: index)
        }
        return sql.endIndex
    }

    private static func skippingSpace<Text: StringProtocol>(_ sql: Text) -> Text.SubSequence {
        var rest = sql[...]
        while true {
            let next = skippingComments(rest).drop { $0.isWhitespace }
            guard next.startIndex > rest.startIndex else { return rest }
            rest = next
        }
    }

    private static func skippingComments<Text: StringProtocol>(_ sql: Text) -> Text.SubSequence {
        let (end, length) = sql.hasPrefix("--") ? ("\n", 1) : sql.hasPrefix("/*") ? ("*/", 2) : ("", 0)
        guard length > 0 else { return sql[...] }
        guard let range = sql.firstRange(of: end) else { return sql[sql.endIndex...] }
        return skippingComments(sql[range.upperBound...])
    }
}
