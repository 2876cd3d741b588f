extension DatabaseURL {
    /// Reads a setting of the hub as the hub does: it splits the text at the first of each delimiter and decodes
    /// nothing. `nil` where the hub could not read it.
    init?(hubSetting text: String, backend: String?) {
        if backend.map({ $0 != "sqlite" }) ?? text.hasPrefix("postgres") {
            guard let keywords = Self.hubKeywords(text) else { return nil }
            self = .postgres(keywords)
        } else {
            let path = text.hasPrefix("sqlite:///") ? String(text.dropFirst("sqlite:///".count)) : text
            // The rest of a URL with another scheme is not a path.
            guard !path.contains("://"), Self.isFile(path) else { return nil }
            self = .sqlite(path: path)
        }
    }

    private static func hubKeywords(_ text: String) -> [String: String]? {
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix),
            let (credentials, place) = text.dropFirst(scheme.count).cut(at: "@"),
            let (server, name) = place.cut(at: "/")
        else { return nil }
        let (user, password) = credentials.cut(at: ":") ?? (credentials, "")
        let (host, port) = server.cut(at: ":") ?? (server, "5432")
        // An @ in the host would be the rest of a password, and the error message would show it.
        guard !user.isEmpty, !host.isEmpty, !host.contains("@"), let number = Int(port), (1...65_535).contains(number),
            !name.isEmpty, !name.contains("?")
        else { return nil }
        let keywords = ["user": user, "password": password, "host": host, "port": port, "dbname": name]
        return keywords.filter { !$0.value.isEmpty }.mapValues(String.init)
    }

    /// Whether a path names a file: SQLite has special names for databases in memory, and its own URIs.
    static func isFile(_ path: String) -> Bool {
        !path.isEmpty && path != ":memory:" && !path.hasPrefix("file:")
    }

    /// Whether both name the same database.
    func isSame(as other: DatabaseURL) -> Bool {
        guard case .postgres(let own) = self, case .postgres(let others) = other else { return self == other }
        let port = ["port": "5432"]
        return own.merging(port) { given, _ in given } == others.merging(port) { given, _ in given }
    }
}

extension Substring {
    /// The parts before and after the first occurrence of a character.
    func cut(at delimiter: Character) -> (Substring, Substring)? {
        firstIndex(of: delimiter).map { (self[..<$0], self[index(after: $0)...]) }
    }
}
