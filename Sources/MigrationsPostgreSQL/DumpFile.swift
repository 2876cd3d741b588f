import Migrations

/// A file that `pg_dump` wrote in its custom format.
struct DumpFile {
    var path: String
    var reader: ClientProgram

    /// Reads the file to its end and counts the rows of each table, by its schema and name, both quoted.
    /// - Throws: ``Migrations/DatabaseError`` when it is not whole.
    func countRows(_ interruption: Interruption?, _ observer: ActivityObserver? = nil) throws -> [String: Int64] {
        try reader.run(["--list", path], interruption: interruption, observer: observer)
        var counts: [String: Int64] = [:]
        var table: String?
        // The rows come as COPY … FROM stdin; a line each, as a line break in a value is escaped; and \. at the end. In a name
        // it is not.
        var statement = ""
        try reader.run(["--data-only", "--file=-", path], interruption: interruption, observer: observer) { line in
            if let name = table {
                if line.elementsEqual(Self.end) { table = nil } else { counts[name, default: 0] += 1 }
            } else if !statement.isEmpty || line.starts(with: Self.beginning) {
                statement += String(decoding: line, as: UTF8.self)
                guard statement.hasSuffix(" FROM stdin;"),
                    statement.utf8.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 0
                else { return statement += "\n" }
                let name = Self.name(in: String(statement.utf8.dropFirst(Self.beginning.count)) ?? "")
                (statement, table) = ("", name)
                counts[name, default: 0] += 0
            }
        }
        return counts
    }

    private static let beginning = Array("COPY ".utf8)
    private static let end = Array(#"\."#.utf8)

    /// The name at the beginning of a text, `public."user"`, with both parts quoted.
    private static func name(in text: String) -> String {
        var parts: [String] = []
        var rest = Array(text.utf8)[...]
        repeat {
            if parts.count == 1 { rest = rest.dropFirst() }
            var isQuoted = false
            let part = rest.prefix { byte in
                // A quote in a quoted name is there twice.
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                return isQuoted || byte != UInt8(ascii: ".") && byte != UInt8(ascii: " ")
            }
            let name = String(decoding: part, as: UTF8.self)
            parts.append(part.first == UInt8(ascii: "\"") ? name : name.quotedIdentifier)
            rest = rest[part.endIndex...]
        } while parts.count < 2 && rest.first == UInt8(ascii: ".")
        return parts.joined(separator: ".")
    }
}
