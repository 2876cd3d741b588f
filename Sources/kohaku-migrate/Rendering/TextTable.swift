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
        rows.append(row.map(\.escaped))
    }

    /// The table, every line indented; the last column is broken so that no line is longer than `width`.
    func text(indent: Int = 2, width: Int = Terminal.width) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let left = indent + widths.dropLast().reduce(0) { $0 + $1 + 2 }
        return all.map { row in
            var cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return alignments[column] == .left ? row[column] + padding : padding + row[column]
            }
            if alignments.last == .left, let last = row.last {
                cells[cells.count - 1] = last.wrapped(indent: left, width: max(left + 12, width))
            }
            return (String(repeating: " ", count: indent) + cells.joined(separator: "  ")).withoutTrailingSpaces
        }.joined(separator: "\n")
    }
}

extension String {
    var withoutTrailingSpaces: String {
        String(reversed().drop { $0 == " " }.reversed())
    }

    /// One paragraph, escaped, and broken at spaces so that no line is longer than `width`, every line but the first
    /// indented. A command of this tool and a statement stay on one line, to be copied.
    func wrapped(indent: Int = 0, width: Int = Terminal.width) -> String {
        var lines: [String] = []
        var line = ""
        for word in escaped[...].words {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}

extension Substring {
    /// What lies between the spaces, with each command of this tool and each statement as one word.
    fileprivate var words: [Substring] {
        let commands = ranges(of: /kohaku-migrate( [a-z]+)?( --[a-z-]+)*|UPDATE "[^;]+;|ROLLBACK PREPARED '[^']+'/)
        var words: [Substring] = []
        var start = startIndex
        var end = startIndex
        while end < endIndex {
            if let command = commands.first(where: { $0.lowerBound == end }) {
                end = command.upperBound
                continue
            }
            if self[end] == " " {
                words.append(self[start..<end])
                start = index(after: end)
            }
            end = index(after: end)
        }
        return (words + [self[start...]]).filter { !$0.isEmpty }
    }
}
