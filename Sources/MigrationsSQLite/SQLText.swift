/// Scans SQL with regard to quotes, comments and parentheses, for what no pragma reports.
///
/// All delimiters are ASCII, so it works byte by byte.
enum SQLText {
    /// The parts of a list: what lies between the commas outside parentheses.
    static func list(_ sql: Substring) -> [String] {
        var parts: [String] = []
        var rest = sql
        while let comma = outermost(in: rest, ",") {
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
                guard let close = outermost(in: rest.dropFirst(), ")") else { return words }
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
    static func keywords(_ sql: String) -> Set<String> {
        var bare: [UInt8] = []
        _ = outermost(in: sql[...]) {
            bare.append($0)
            return false
        }
        return Set(
            String(decoding: bare, as: UTF8.self).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                .map { $0.uppercased() })
    }

    /// Whether a text names a column, in quotes or without.
    static func mentions(_ column: String, in sql: String) -> Bool {
        var rest = sql[...]
        while let first = rest.first {
            let next = endOfComments(rest, from: rest.startIndex)
            if next > rest.startIndex {
                rest = rest[next...]
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

    /// A word as a name, without quotes.
    static func name(at word: String?) -> String? {
        guard let word, let first = word.first else { return nil }
        switch first {
        case "\"", "`", "'": return String(word.dropFirst().dropLast()).replacing("\(first)\(first)", with: "\(first)")
        case "[": return String(word.dropFirst().dropLast())
        default: return word
        }
    }

    /// A word as the name of a table or column, as the schema reader has it.
    static func identifier(at word: String?) -> String? { name(at: word)?.asciiLowercased }

    /// The first position of a character outside quotes, comments and parentheses.
    static func outermost(in sql: Substring, _ character: Unicode.Scalar) -> String.Index? {
        let byte = UInt8(ascii: character)
        return outermost(in: sql) { $0 == byte }
    }

    private static func outermost(in sql: Substring, where condition: (UInt8) -> Bool) -> String.Index? {
        let bytes = sql.utf8
        var depth = 0
        var index = bytes.startIndex
        while true {
            index = endOfComments(sql, from: index)
            guard index < bytes.endIndex else { return nil }
            if let end = endOfQuoted(sql[index...]) {
                index = end
                continue
            }
            let byte = bytes[index]
            if depth == 0, condition(byte) { return index }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            index = bytes.index(after: index)
        }
    }

    /// The end of the quoted name or text that begins here, `nil` if none does. A doubled quote does not end it.
    private static func endOfQuoted(_ sql: Substring) -> String.Index? {
        let bytes = sql.utf8
        guard let first = bytes.first else { return nil }
        let quote: UInt8
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): quote = first
        case UInt8(ascii: "["): quote = UInt8(ascii: "]")
        default: return nil
        }
        var index = bytes.index(after: bytes.startIndex)
        while let end = bytes[index...].firstIndex(of: quote) {
            index = bytes.index(after: end)
            guard first == quote, index < bytes.endIndex, bytes[index] == quote else { return index }
            index = bytes.index(after: index)
        }
        return bytes.endIndex
    }

    private static func skippingSpace(_ sql: Substring) -> Substring {
        var rest = sql
        while true {
            let next = sql[endOfComments(sql, from: rest.startIndex)...].drop { $0.isWhitespace }
            guard next.startIndex > rest.startIndex else { return rest }
            rest = next
        }
    }

    /// The end of the consecutive comments that begin here.
    private static func endOfComments(_ sql: Substring, from start: String.Index) -> String.Index {
        let bytes = sql.utf8
        var index = start
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            guard next < bytes.endIndex else { return index }
            switch (bytes[index], bytes[next]) {
            case (UInt8(ascii: "-"), UInt8(ascii: "-")):
                guard let end = bytes[next...].firstIndex(of: UInt8(ascii: "\n")) else { return bytes.endIndex }
                index = bytes.index(after: end)
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                guard let end = sql[bytes.index(after: next)...].firstRange(of: "*/") else { return bytes.endIndex }
                index = end.upperBound
            default: return index
            }
        }
        return index
    }
}

extension String {
    /// The text with ASCII letters in lower case, as SQLite compares names.
    var asciiLowercased: String {
        guard utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return self }
        return String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}
