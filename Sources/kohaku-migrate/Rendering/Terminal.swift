import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The terminal, if any.
enum Terminal {
    /// The width in characters: the terminal's, or 100 when the output is not one.
    static let width = width(of: STDOUT_FILENO) ?? 100

    /// The width of standard error now: its window may have been resized.
    static var widthOfErrors: Int { width(of: STDERR_FILENO) ?? 80 }

    private static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether standard output is a terminal: its text is read by a person, not executed or stored.
    static let isOutput = isatty(STDOUT_FILENO) == 1

    /// Whether text is colored on standard output, and on standard error.
    static var colorsOutput: Bool { ColorChoice.current.colors(isTerminal: isOutput) }
    static var colorsErrors: Bool { ColorChoice.current.colors(isTerminal: isErrors) }

    /// Whether the operator can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isErrors }

    /// Whether a line on standard error can be drawn over.
    static var canRedraw: Bool { isErrors && ProcessInfo.processInfo.environment["TERM", default: "dumb"] != "dumb" }

    /// Whether this process has the terminal. In the background it would write into what somebody types there.
    static var isForeground: Bool { tcgetpgrp(STDERR_FILENO) == getpgrp() }

    private static let isErrors = isatty(STDERR_FILENO) == 1
}
