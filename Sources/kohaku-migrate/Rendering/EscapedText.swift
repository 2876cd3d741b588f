/// Text from a database may contain control or invisible characters. Whoever uploads a file chooses its name, and could
/// clear a line, forge one, or reverse its order.
extension String {
    /// The text with such characters made visible: `\u{1b}`. This includes line breaks: a value is on one line.
    var escaped: String { escaped { $0.isUnsafeToShow } }

    /// Lines of text, each as in ``escaped``.
    var escapedLines: String { escaped { $0.isUnsafeToShow && $0 != "\n" } }

    /// A JSON document with such characters as `\u001b`: it decodes to the same value. They occur only within strings.
    var escapedJSON: String {
        guard unicodeScalars.contains(where: \.isUnsafeInJSON) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard scalar.isUnsafeInJSON else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? .init() {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }

    private func escaped(where isUnsafe: (Unicode.Scalar) -> Bool) -> String {
        // A fast path, as most text is plain.
        guard !utf8.allSatisfy({ (0x20..<0x7f).contains($0) }), unicodeScalars.contains(where: isUnsafe) else {
            return self
        }
        var text = ""
        for scalar in unicodeScalars {
            if isUnsafe(scalar) {
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it moves the cursor, controls the terminal, changes the text direction, or is invisible.
    fileprivate var isUnsafeToShow: Bool {
        if isASCII { return value < 0x20 || value == 0x7f }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint
        }
    }

    /// Those that JSON does not require to be escaped. White space between the values stays.
    fileprivate var isUnsafeInJSON: Bool { value >= 0x7f && isUnsafeToShow }
}
