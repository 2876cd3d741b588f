/// The columns of a text table, as wide as their cells and two spaces apart.
///
/// Every cell is measured before the first line is made, so that rows need not be held.
struct TextColumns {
    /// The alignment of a column.
    enum Alignment {
        case left, right
    }

    private let titles: [String]
    private let alignments: [Alignment]
    private var widths: [Int]

    init(_ columns: [(title: String, alignment: Alignment)]) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
        widths = titles.map(\.count)
    }

    mutating func measure(_ cells: [String]) {
        for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], cell.escaped.width) }
    }

    /// The titles, every line indented.
    func header(indent: Int, width: Int = Terminal.width) -> String {
        line(titles, indent: indent, width: width)
    }

    /// A row; its last column is broken so that no line is longer than `width`.
    func line(_ cells: [String], indent: Int, width: Int = Terminal.width) -> String {
        var line = String(repeating: " ", count: indent)
        let left = indent + widths.dropLast().reduce(0) { $0 + $1 + 2 }
        for (column, cell) in cells.enumerated() {
            if column > 0 { line += "  " }
            let isLast = column == cells.count - 1
            if isLast, alignments[column] == .left {
                line += cell.wrapped(indent: left, width: max(left + 12, width))
            } else {
                let cell = cell.escaped
                let padding = String(repeating: " ", count: widths[column] - cell.width)
                line += alignments[column] == .left ? cell + padding : padding + cell
            }
        }
        return line.withoutTrailingSpaces
    }
}

/// A text table.
struct TextTable {
    private var columns: TextColumns
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: TextColumns.Alignment)]) {
        self.columns = TextColumns(columns)
    }

    mutating func add(_ row: [String]) {
        columns.measure(row)
        rows.append(row)
    }

    /// The table, every line indented; the last column is broken so that no line is longer than `width`.
    func text(indent: Int = 2, width: Int = Terminal.width) -> String {
        let lines = rows.map { columns.line($0, indent: indent, width: width) }
        return ([columns.header(indent: indent, width: width)] + lines).joined(separator: "\n")
    }
}

extension String {
    var withoutTrailingSpaces: String {
        guard utf8.last == UInt8(ascii: " ") else { return self }
        return String(reversed().drop { $0 == " " }.reversed())
    }

    /// The number of characters that a terminal shows.
    var width: Int { utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count }

    /// One paragraph, escaped, and wrapped at spaces so that no line is longer than `width`, every line but the first
    /// indented. Commands of this tool and statements stay on one line, to be copied.
    func wrapped(indent: Int = 0, width: Int = Terminal.width) -> String {
        let text = escaped
        guard indent + text.width > width else { return text }
        var lines: [String] = []
        var line = ""
        for word in text.unbreakableWords {
            if !line.isEmpty, indent + line.width + 1 + word.width > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    /// The words between the spaces, with each command of this tool and each statement as one word.
    private var unbreakableWords: [String] {
        var words: [String] = []
        var pieces = split(separator: " ")[...]
        while let first = pieces.popFirst() {
            var word = String(first)
            func take() { word += " " + (pieces.popFirst() ?? "") }
            if first.hasSuffix("kohaku-migrate") {
                if pieces.first == "quarantine" { take() }
                if let verb = pieces.first?.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(verb) {
                    take()
                }
                while pieces.first?.hasPrefix("--") == true { take() }
            } else if first.hasSuffix("UPDATE"), pieces.first?.hasPrefix("\"") == true {
                while !pieces.isEmpty, !word.contains(";") { take() }
            } else if first.hasSuffix("ROLLBACK"), pieces.first == "PREPARED" {
                take()
                take()
                while !pieces.isEmpty, !word.contains(/'.*'/) { take() }
            }
            words.append(word)
        }
        return words
    }
}
