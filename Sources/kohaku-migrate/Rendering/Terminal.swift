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
    static let width: Int = {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }()

    /// Whether standard output is a terminal: its text is read by a person, not executed or stored.
    static let isOutput = isatty(STDOUT_FILENO) == 1

    /// Whether text is colored on standard output, and on standard error.
    static var colorsOutput: Bool { ColorChoice.current.colors(isTerminal: isOutput) }
    static var colorsErrors: Bool { ColorChoice.current.colors(isTerminal: isErrors) }

    /// Whether the operator can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isErrors }

    private static let isErrors = isatty(STDERR_FILENO) == 1
}
