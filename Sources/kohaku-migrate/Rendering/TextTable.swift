/// A table of text, its columns as wide as they must be and two spaces apart.
struct TextTable {
    /// Where a column's text stands.
    enum Alignment {
        case left, right
    }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) {
        header = columns.map(\.title)
        alignments = columns.map(\.alignment)
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The table, every line indented; the last column is cut so that no line is longer than `width`.
    func text(indent: Int = 2, width: Int = Terminal.width) -> String {
        let all = [header] + rows
        var widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let last = widths.count - 1
        let used = indent + widths.dropLast().reduce(0) { $0 + $1 + 2 }
        widths[last] = min(widths[last], max(12, width - used))
        return all.map { row in
            let cells = row.indices.map { column in
                let text = row[column].cut(to: widths[column])
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return alignments[column] == .left ? text + padding : padding + text
            }
            return (String(repeating: " ", count: indent) + cells.joined(separator: "  ")).withoutTrailingSpaces
        }.joined(separator: "\n")
    }
}

extension String {
    func cut(to length: Int) -> String {
        count > length ? prefix(max(0, length - 1)) + "…" : self
    }

    var withoutTrailingSpaces: String {
        String(reversed().drop { $0 == " " }.reversed())
    }

    /// The text broken at spaces so that no line is longer than `width`, every line but the first indented.
    func wrapped(indent: Int = 0, width: Int = Terminal.width) -> String {
        var lines: [String] = []
        for paragraph in split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, indent + line.count + 1 + word.count > width {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
