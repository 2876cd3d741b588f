import Migrations

extension DatabaseURL {
    /// The database as a URL that ``init(_:)`` reads, in any folder, without its password.
    public var url: String {
        guard case .postgres(var keywords) = self else {
            guard case .sqlite(let path) = self else { return "" }
            return "sqlite:///" + PercentEncoding.encode(FileSystem.absolute(path), except: "/")
        }
        for keyword in Self.secretKeywords { keywords[keyword] = nil }
        let user = keywords.removeValue(forKey: "user").map { PercentEncoding.encode($0) + "@" } ?? ""
        let name = keywords.removeValue(forKey: "dbname").map { "/" + PercentEncoding.encode($0) } ?? "/"
        var server = ""
        // Several of them, and addresses of IPv6, are as well among the parameters.
        if let host = keywords["host"], !host.contains(","), !host.contains(":") {
            server = PercentEncoding.encode(host) + (keywords["port"].map { ":\($0)" } ?? "")
            keywords["host"] = nil
            keywords["port"] = nil
        }
        let parameters = keywords.sorted { $0.key < $1.key }.map { "\($0)=\(PercentEncoding.encode($1))" }
        return "postgresql://" + user + server + name + (parameters.isEmpty ? "" : "?")
            + parameters.joined(separator: "&")
    }

    /// Whether ``url`` lacks a password that the database has been given.
    public var hasPassword: Bool {
        guard case .postgres(let keywords) = self else { return false }
        return Self.secretKeywords.contains { keywords[$0] != nil }
    }

    private static let secretKeywords = ["password", "sslpassword"]
}

extension PercentEncoding {
    /// Encodes everything but letters, digits and `-._~`.
    static func encode(_ text: String, except others: String = "") -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII && (character.isLetter || character.isNumber) || "-._~\(others)".contains(character) {
                encoded.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}
