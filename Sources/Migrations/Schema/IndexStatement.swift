/// What a `CREATE INDEX "name" ON "table" ("column", …)` statement says.
package struct IndexStatement {
    /// The index's name; empty when the statement does not have this form.
    var name = ""
    /// The table's name; empty as well then.
    var table = ""
    /// The index that it creates. Anything more than columns and a condition makes it not plain: not all of its keys are known then.
    package private(set) var index: Schema.Index

    package init(_ sql: String) {
        index = Schema.Index(name: "", keys: [], isUnique: false, isPlain: false, sql: sql)
        var reader = Reader(rest: Array(sql.utf8)[...])
        guard reader.skip("CREATE") else { return }
        index.isUnique = reader.skip("UNIQUE")
        guard reader.skip("INDEX"), let name = reader.name(), reader.skip("ON"), let table = reader.name(),
            reader.skip("("), !name.isEmpty, !table.isEmpty
        else { return }
        (self.name, self.table, index.name) = (name, table, name)
        repeat {
            guard let column = reader.name() else { return }
            index.keys.append(.column(column))
        } while reader.skip(",")
        guard reader.skip(")") else { return }
        index.isPartial = reader.skip("WHERE") || reader.skip("where")
        index.isPlain = index.isPartial || reader.isAtEnd
    }

    /// Refuses any other statement.
    func requireReadable() throws {
        guard name.isEmpty else { return }
        throw MigrationError.unreadable(
            "an index", index.sql, expected: #"CREATE INDEX "name" ON "table" ("column"), each name in double quotes."#)
    }

    /// Reads a statement from its beginning, byte by byte: to find the characters takes several times as long.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        /// Whether nothing but space is left.
        var isAtEnd: Bool { rest.allSatisfy(Self.isSpace) }

        /// Goes past a text, if it is next.
        mutating func skip(_ text: String) -> Bool {
            skipSpace()
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }

        /// Goes past a name in double quotes, if one is next. One that has quotes itself ends at the first.
        mutating func name() -> String? {
            let quote = UInt8(ascii: "\"")
            guard skip("\""), let end = rest.firstIndex(of: quote) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }

        private mutating func skipSpace() {
            while let byte = rest.first, Self.isSpace(byte) { rest.removeFirst() }
        }

        /// Whether a byte is one of the characters that separate words: a space, a tab, or a line's end.
        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    }
}
