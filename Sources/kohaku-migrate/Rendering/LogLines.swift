import FoundationEssentials
import Logging

/// Writes the log to standard error, each entry in one line.
struct LogLines: LogHandler {
    var logLevel: Logger.Level = .warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // Statements are written over several lines for whoever reads the sources.
        let message = "\(event.message)".split(whereSeparator: \.isNewline).joined(separator: " ")
        printError("\(Date().formatted(.iso8601)) \(event.level): \(message)")
    }
}
