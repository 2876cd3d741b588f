/// Finds the members of a top-level JSON object in its bytes, accepting what Python's `json.loads` accepts.
struct JSONScanner {
    /// A member: its key, and the position of its value.
    struct Member {
        var key: String
        var value: Range<Int>
    }

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    /// Python gives up at about this depth, and so do we rather than run out of stack.
    private static let greatestDepth = 900

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The members of the object, `nil` when the text is not one object.
    mutating func scanObject() -> [Member]? {
        skipSpace()
        var members: [Member] = []
        guard scanMembers(&members) else { return nil }
        skipSpace()
        return position == bytes.count ? members : nil
    }

    private mutating func scanMembers(_ members: inout [Member]) -> Bool {
        guard take("{") else { return false }
        skipSpace()
        if take("}") { return true }
        repeat {
            skipSpace()
            let start = position
            guard scanString() else { return false }
            let letters = bytes[start + 1..<position - 1]
            let key = Self.text(letters) ?? String(decoding: letters, as: UTF8.self)
            skipSpace()
            guard take(":") else { return false }
            skipSpace()
            let valueStart = position
            guard scanValue() else { return false }
            members.append(Member(key: key, value: valueStart..<position))
            skipSpace()
        } while take(",")
        return take("}")
    }

    private mutating func scanValue() -> Bool {
        guard position < bytes.count, depth < Self.greatestDepth else { return false }
        depth += 1
        defer { depth -= 1 }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            var inner: [Member] = []
            return scanMembers(&inner)
        case UInt8(ascii: "["): return scanArray()
        case UInt8(ascii: "\""): return scanString()
        default:
            // NaN and the infinities are Python's own.
            for word in ["true", "false", "null", "NaN", "Infinity", "-Infinity"] where take(word) { return true }
            return scanNumber()
        }
    }

    private mutating func scanArray() -> Bool {
        guard take("[") else { return false }
        skipSpace()
        if take("]") { return true }
        repeat {
            skipSpace()
            guard scanValue() else { return false }
            skipSpace()
        } while take(",")
        return take("]")
    }

    private mutating func scanString() -> Bool {
        guard take("\"") else { return false }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard scanEscape() else { return false }
            case ..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func scanEscape() -> Bool {
        if take("u") {
            let digits = bytes.dropFirst(position).prefix(4)
            position += 4
            return digits.count == 4 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        }
        return ["\"", "\\", "/", "b", "f", "n", "r", "t"].contains { take($0) }
    }

    /// What a string means by the letters between its quotes, `nil` when half of a surrogate pair stands alone.
    static func text(_ letters: ArraySlice<UInt8>) -> String? {
        let backslash = UInt8(ascii: "\\")
        guard letters.contains(backslash) else { return String(decoding: letters, as: UTF8.self) }
        // An escape is a unit of UTF-16, and two of them can be one character.
        var rest = Array(String(decoding: letters, as: UTF8.self).utf16)[...]
        var units: [UInt16] = []
        while let unit = rest.popFirst() {
            guard unit == backslash, let escape = rest.popFirst() else {
                units.append(unit)
                continue
            }
            if escape == UInt8(ascii: "u") {
                units += UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16).map { [$0] } ?? []
                rest = rest.dropFirst(4)
            } else {
                units.append(controlCharacters[escape] ?? escape)
            }
        }
        return String(validating: units, as: UTF16.self)
    }

    private static let controlCharacters: [UInt16: UInt16] = Dictionary(
        uniqueKeysWithValues: zip("bfnrt".utf16, "\u{8}\u{c}\n\r\t".utf16))

    private mutating func scanNumber() -> Bool {
        _ = take("-")
        guard take("0") || scanDigits() else { return false }
        if take("."), !scanDigits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return scanDigits()
        }
        return true
    }

    private mutating func scanDigits() -> Bool {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position > start
    }

    private mutating func take(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }
}
