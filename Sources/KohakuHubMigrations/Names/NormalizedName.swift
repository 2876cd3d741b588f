/// The form of a name in which KohakuHub compares names, as its Python computes it: `str.lower()`, then without `-`
/// and `_`.
public enum NormalizedName {
    /// The normalized form: code points as they are, no composition and no case folding.
    public static func of(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercasedByUnicode.unicodeScalars.filter { $0 != "-" && $0 != "_" }))
    }

    /// A unique normalized form for each user: the first in order keeps its own, a later one gets `~` and its id.
    ///
    /// - Parameter users: The users in the order of their right to a name.
    public static func assign(to users: [(id: Int64, name: String)]) -> [(id: Int64, normalizedName: String)] {
        // In Swift canonically equivalent strings are equal; the databases compare bytes.
        var taken: Set<[UInt8]> = []
        var later: [(id: Int64, normalizedName: String)] = []
        var assigned: [(id: Int64, normalizedName: String)] = []
        for (id, name) in users {
            let normalized = of(name)
            if taken.insert(Array(normalized.utf8)).inserted {
                assigned.append((id, normalized))
            } else {
                later.append((id, normalized))
            }
        }
        for (id, normalized) in later {
            var candidate = normalized
            var suffix = ""
            repeat {
                suffix += "~\(id)"
                // The column holds 255 characters.
                let room = max(0, 255 - suffix.count)
                candidate = String(String.UnicodeScalarView(normalized.unicodeScalars.prefix(room))) + suffix
            } while !taken.insert(Array(candidate.utf8)).inserted
            assigned.append((id, candidate))
        }
        return assigned
    }
}
