/// Text from a database may hold what a terminal obeys or does not show. Whoever may upload a file chooses its name, and
/// could clear a line, forge one, or turn its order round.
extension String {
    /// The text with such characters made visible: `\u{1b}`. A line break is one of them: a value is in one line.
    var escaped: String { escaped { $0.isUnsafeToShow } }

    /// Lines of text, each as in ``escaped``.
    var escapedLines: String { escaped { $0.isUnsafeToShow && $0 != "\n" } }

    /// A JSON document with such characters as `\u001b`: it decodes to the same value. They only occur within strings there.
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
        // Most text is plain, and that is seen at once.
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
    /// Whether it moves the cursor, commands the terminal, changes the order of what is shown, or is not seen at all.
    fileprivate var isUnsafeToShow: Bool {
        if isASCII { return value < 0x20 || value == 0x7f }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint
        }
    }

    /// Those that the standard does not have escaped. White space between the values stays.
    fileprivate var isUnsafeInJSON: Bool { value >= 0x7f && isUnsafeToShow }
}
