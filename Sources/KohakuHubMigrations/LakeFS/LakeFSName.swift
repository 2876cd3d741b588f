/// The names under which the hub keeps the contents of a repository in LakeFS. It derives them anew each time, and from version
/// 015 on by another rule than before.
public enum LakeFSName {
    /// The namespace where no setting gives another.
    public static let defaultNamespace = "hf"

    /// The name before version 015.
    /// - Parameter namespace: The hub's `[lakefs] repo_namespace`.
    public static func old(_ type: String, _ fullID: String, namespace: String = defaultNamespace) -> String {
        let id = fullID.unicodeScalars.map { $0 == "/" || $0 == "_" ? "-" : $0 }
        return "\(namespace)-\(type)-\(String(String.UnicodeScalarView(id)))".lowercasedByUnicode
    }

    /// The name from version 015 on, 63 characters at most: what can be read of the full id, and a hash of it as it is.
    public static func new(_ type: String, _ fullID: String) -> String {
        let words = fullID.lowercasedByUnicode.utf8.split { !isPlain($0) }.map { String($0) ?? "" }
        // The hub takes what it does not know for a model.
        let letter = ["dataset": "d", "space": "s"][type] ?? "m"
        return "\(letter)-\(words.joined(separator: "-").prefix(38))-\(hash(of: fullID))"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Both halves of the digest in one number of 112 bits, as 22 digits.
    private static func hash(of text: String) -> String {
        let digest = SHA3.digest224(of: Array(text.utf8))
        let number = zip(digest.prefix(14), digest.suffix(14)).reduce(UInt128(0)) { $0 << 8 | UInt128($1.0 ^ $1.1) }
        let digits = String(number, radix: 36)
        return String(repeating: "0", count: 22 - digits.count) + digits
    }
}
