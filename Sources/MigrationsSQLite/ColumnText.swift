/// A column's definition as SQLite stores it, split into its clauses; their text is unchanged.
struct ColumnText {
    /// What a clause after the type is about.
    enum Kind: Hashable {
        case primaryKey, nullability, unique, check, defaultValue, collation, reference, generation
    }

    /// One clause, with the name of its constraint.
    struct Clause {
        var kind: Kind
        var text: Substring
    }

    /// The name without quotes, in lower case.
    let name: String
    /// The name and the type.
    private var head: Substring
    private(set) var clauses: [Clause] = []

    /// Splits a part of a `CREATE TABLE` statement, `nil` when it is a table constraint.
    init?(_ item: String) {
        let words = SQLText.allWords(item)
        guard let first = words.first, let name = SQLText.identifier(at: String(first)),
            !["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].contains(first.uppercased())
        else { return nil }
        self.name = name
        head = first
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            var start = word
            if word.uppercased() == "CONSTRAINT" {
                _ = rest.popFirst()
                guard let next = rest.popFirst() else { break }
                start = next
            }
            if let kind = kind(start.uppercased(), before: rest.first?.uppercased()) {
                // A value or a name never begins a clause.
                let takesWord = [.defaultValue, .collation, .reference].contains(kind)
                let end = (takesWord ? rest.popFirst() : nil) ?? start
                clauses.append(Clause(kind: kind, text: item[word.startIndex..<end.endIndex]))
            } else if let last = clauses.indices.last {
                clauses[last].text = item[clauses[last].text.startIndex..<start.endIndex]
            } else {
                head = item[head.startIndex..<start.endIndex]
            }
        }
    }

    /// The kind of clause that begins with a word, `nil` when the word continues the previous one.
    private func kind(_ word: String, before next: String?) -> Kind? {
        let last = clauses.last?.text.uppercased() ?? ""
        // `ON DELETE SET NULL`
        if clauses.last?.kind == .reference, SQLText.allWords(last).last == "SET" { return nil }
        return switch word {
        case "PRIMARY": .primaryKey
        case "NOT": next == "DEFERRABLE" ? nil : .nullability
        case "NULL": last.hasSuffix("NOT") ? nil : .nullability
        case "UNIQUE": .unique
        case "CHECK": .check
        case "DEFAULT": .defaultValue
        case "COLLATE": .collation
        case "REFERENCES": .reference
        case "GENERATED": .generation
        case "AS": last.hasSuffix("ALWAYS") ? nil : .generation
        default: nil
        }
    }

    /// Whether it refuses NULL.
    var isRequired: Bool {
        clauses.contains { $0.kind == .nullability && SQLText.allWords($0.text.uppercased()).contains("NOT") }
    }

    func has(_ kind: Kind) -> Bool { clauses.contains { $0.kind == kind } }

    /// The clauses of some kinds.
    func clauses(of kinds: Set<Kind>) -> [String] {
        clauses.filter { kinds.contains($0.kind) }.map { String($0.text) }
    }

    /// The definition without the clauses of some kinds.
    func without(_ kinds: Set<Kind>) -> String {
        ([head] + clauses.filter { !kinds.contains($0.kind) }.map(\.text)).joined(separator: " ")
    }
}
