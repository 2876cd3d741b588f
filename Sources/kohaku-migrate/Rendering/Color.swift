import ArgumentParser
import FoundationEssentials
import Synchronization

/// When text is colored.
enum ColorChoice: String, Choice {
    case auto, always, never

    /// The value of `--color`, for the whole command.
    static var current: ColorChoice {
        get { chosen.withLock { $0 } }
        set { chosen.withLock { $0 = newValue } }
    }

    private static let chosen = Mutex(ColorChoice.auto)

    /// Whether text to a stream is colored: by default only on a terminal and without `NO_COLOR`.
    func colors(isTerminal: Bool) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            isTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
                && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        }
    }
}

extension String {
    /// The lines, with the severity at the beginning of a line colored.
    var withColoredSeverities: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let text = line.drop { $0 == " " }
            guard let (label, color) = Self.colors.first(where: { text.hasPrefix($0.label) }) else {
                return String(line)
            }
            let indent = line.prefix(line.count - text.count)
            return "\(indent)\u{1b}[\(color)m\(label)\u{1b}[0m\(text.dropFirst(label.count))"
        }.joined(separator: "\n")
    }

    /// Bold red, yellow and cyan.
    private static let colors: [(label: String, color: String)] = [
        ("error:", "1;31"), ("Error:", "1;31"), ("harmful:", "1;31"), ("warning:", "33"), ("harmless:", "33"),
        ("notice:", "36"), ("note:", "36"),
    ]
}
