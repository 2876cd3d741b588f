/// Where a hub's database is.
public enum DatabaseURL: Sendable, Hashable {
    /// A SQLite file by its path.
    case sqlite(path: String)
    /// A PostgreSQL database by libpq's keywords.
    case postgres([String: String])

    /// Parses a URL: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user:password@host:port/name`.
    ///
    /// Every part is percent-decoded, and PostgreSQL's may name several hosts and libpq's parameters. What follows a `+` in
    /// the scheme names a Python driver and is ignored.
    /// - Throws: ``ConfigurationError``, which never shows the password.
    public init(_ text: String) throws {
        guard let colon = text.firstRange(of: "://") else {
            throw ConfigurationError("the database URL has no scheme", hint: Self.examples)
        }
        let scheme = text[..<colon.lowerBound].lowercased().prefix { $0 != "+" }
        let rest = text[colon.upperBound...]
        switch scheme {
        case "sqlite":
            // The first slash ends the empty host.
            guard rest.hasPrefix("/"), rest.count > 1 else {
                throw ConfigurationError("the SQLite URL does not name a file", hint: Self.examples)
            }
            // Ignoring a parameter would be worse: mode=ro would write.
            guard !rest.contains("?") else {
                throw ConfigurationError(
                    "the SQLite URL has parameters, which are not supported",
                    hint: "Leave them out. In a path write ? as %3F. To read without writing: kohaku-migrate status.")
            }
            let path = PercentEncoding.decode(rest.dropFirst())
            guard Self.isFile(path) else {
                throw ConfigurationError("the SQLite URL does not name a file on disk", hint: Self.examples)
            }
            self = .sqlite(path: try Self.withoutNull(path))
        case "postgres", "postgresql":
            self = .postgres(try Self.keywords(rest).mapValues(Self.withoutNull))
        default:
            throw ConfigurationError("unknown database kind \"\(scheme)\"", hint: Self.examples)
        }
    }

    private static let examples =
        "Use sqlite:///hub.db (relative), sqlite:////data/hub.db (absolute) or "
        + "postgresql://user:password@host:5432/name."

    /// The C libraries would ignore the rest of a text after it.
    private static func withoutNull(_ text: String) throws -> String {
        guard !text.utf8.contains(0) else {
            throw ConfigurationError("the database URL contains %00", hint: "Leave it out.")
        }
        return text
    }

    private static func keywords(_ rest: Substring) throws -> [String: String] {
        var keywords: [String: String] = [:]
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var authority = parts[0]
        if let slash = authority.firstIndex(of: "/") {
            keywords["dbname"] = PercentEncoding.decode(authority[authority.index(after: slash)...])
            authority = authority[..<slash]
        }
        // The last @: a password may contain others.
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            keywords["user"] = PercentEncoding.decode(credentials[0])
            if credentials.count == 2 { keywords["password"] = PercentEncoding.decode(credentials[1]) }
            authority = authority[authority.index(after: at)...]
        } else if rest.prefix(while: { $0 != "=" }).contains("@") {
            // The rest of such a password would be read as the database's name, and printed.
            throw ConfigurationError(
                "the user or password of the database URL contains an unencoded / or ?",
                hint: "Write / as %2F and ? as %3F.")
        }
        // Several are tried in turn, each with its port.
        let servers = authority.split(separator: ",", omittingEmptySubsequences: false).map(split)
        for case let port? in servers.map(\.port) {
            guard let number = Int(port), (1...65_535).contains(number) else {
                throw ConfigurationError("the port of the database URL is not a number from 1 to 65535", hint: examples)
            }
        }
        keywords["host"] = servers.map { PercentEncoding.decode($0.host) }.joined(separator: ",")
        if servers.contains(where: { $0.port != nil }) {
            keywords["port"] = servers.map { String($0.port ?? "") }.joined(separator: ",")
        }
        for parameter in parts.dropFirst().joined().split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            keywords[String(pair[0])] = pair.count == 2 ? PercentEncoding.decode(pair[1]) : ""
        }
        return keywords.filter { !$0.value.isEmpty }
    }

    /// Host and port; the host may be an IPv6 address in brackets.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            return (
                authority[authority.index(after: authority.startIndex)..<end], rest.isEmpty ? nil : rest.dropFirst()
            )
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}

extension DatabaseURL: CustomStringConvertible {
    /// The database without its password.
    public var description: String {
        switch self {
        case .sqlite(let path): return "SQLite \(path)"
        case .postgres(let keywords):
            let user = keywords["user"].map { "\($0)@" } ?? ""
            let host = keywords["host"] ?? "localhost"
            let port = keywords["port"].map { ":\($0)" } ?? ""
            return "PostgreSQL \(user)\(host)\(port)/\(keywords["dbname"] ?? "")"
        }
    }
}

/// Percent-encoding as Python's `unquote` reads it: what is not valid stays as it is.
enum PercentEncoding {
    static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                let value = UInt8(digits[0] << 4 | digits[1])
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
