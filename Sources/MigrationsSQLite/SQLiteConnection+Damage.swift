public import Migrations

/// Damage to the file by a disk, a crash, or copying it while in use.
extension SQLiteConnection {
    /// Pages that cannot be read, and indexes of these tables that lack rows: a migration that looks rows up in one
    /// would decide wrongly.
    public func damage(to tables: [String], isThorough: Bool) throws -> [Finding] {
        let (answers, unknown): ([String], [String: String])
        isSound = false
        do {
            (answers, unknown) = try integrityAnswers(isThorough: isThorough)
            isSound = answers.isEmpty && unknown.isEmpty
        } catch let error as DatabaseError where error.kind == .damaged {
            return try damagedTables()
        }
        let strange = tables.filter { unknown[$0] != nil }
        guard strange.isEmpty else {
            return strange.map { table in
                Finding(
                    .error, code: "unknown_collation", table: table, count: 1,
                    message: "Table \(table) needs what only the program has that made it: \(unknown[table] ?? "").",
                    action: "Drop the index or column that needs it, run again, and make it anew.")
            }
        }
        guard !answers.contains(where: Self.isStructural) else { return try damagedTables() }
        var names = Set(answers.compactMap(Self.index(namedBy:)).map(\.asciiLowercased))
        if !isThorough { try names.formUnion(indexesOfOtherLength(in: tables.filter { unknown[$0] == nil })) }
        guard !names.isEmpty else { return [] }
        // These are wrong as well, but every migration rebuilds them first.
        let constants = try Set(indexesOfConstants())
        return try query(
            "SELECT lower(name), lower(tbl_name) FROM main.sqlite_schema WHERE type = 'index' ORDER BY 2, 1"
        )
        .compactMap { row in
            guard let name = row[0].text, let table = row[1].text else { return nil }
            guard names.contains(name), !constants.contains(name), tables.contains(table) else { return nil }
            return Finding(
                .error, code: DatabaseDamage.index, table: table, count: 1,
                message: "Index \(name) does not match the rows of table \(table).",
                action: "Restore a backup. If the rows are right, a repair rebuilds the index.")
        }
    }

    /// The tables that are damaged, or whose indexes are; the file itself when each of them can be read.
    private func damagedTables() throws -> [Finding] {
        let names = try query(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name")
        let found = try names.compactMap { $0[0].text }.filter(hasDamagedPages).map { table in
            let indexes = try isReadable(table) ? unreadableIndexes(of: table) : []
            return indexes.isEmpty
                ? damage(in: table, "Table \(table) is damaged, and some of its rows may be lost.")
                : damage(
                    in: table,
                    "Table \(table) can be read, but not its index \(indexes.joined(separator: ", ")).",
                    withoutBackup: "make an intact copy with: sqlite3 \(path) .dump | sqlite3 NEW")
        }
        return found.isEmpty ? [damage(in: "", "The pages of the file are inconsistent.")] : found
    }

    private func damage(in table: String, _ message: String, withoutBackup: String? = nil) -> Finding {
        let way = withoutBackup ?? "save what can be read with: sqlite3 \(path) .recover"
        return Finding(
            .error, code: DatabaseDamage.file, table: table, count: 1, message: message,
            action: "Restore a backup. Without one, stop the application, copy the file, and \(way)")
    }

    private func hasDamagedPages(_ table: String) throws -> Bool {
        try isDamaged {
            try query("PRAGMA integrity_check(\(table.quotedIdentifier))").contains {
                Self.isStructural(try $0.text(0))
            }
        }
    }

    private func isReadable(_ table: String) throws -> Bool {
        let columns = try query("SELECT name FROM pragma_table_info($1, 'main')", [.text(table)])
        let list = columns.compactMap { $0[0].text?.quotedIdentifier }.joined(separator: ", ")
        return try !isDamaged {
            _ = try query("SELECT migration_checksum(\(list)) FROM main.\(table.quotedIdentifier) NOT INDEXED")
            return false
        }
    }

    private func unreadableIndexes(of table: String) throws -> [String] {
        let indexes = try query(
            """
            SELECT i.name, k.name FROM pragma_index_list($1, 'main') AS i, pragma_index_info(i.name, 'main') AS k
            WHERE k.seqno = 0 AND k.name IS NOT NULL AND NOT i.partial ORDER BY i.name
            """, [.text(table)])
        return try indexes.compactMap { row in
            guard let index = row[0].text, let column = row[1].text else { return nil }
            // count(*) would only read the smallest index.
            let look = "SELECT count(\(column.quotedIdentifier)) FROM main.\(table.quotedIdentifier)"
            let isDamaged = try isDamaged {
                _ = try query("\(look) INDEXED BY \(index.quotedIdentifier)")
                return false
            }
            return isDamaged ? index : nil
        }
    }

    private func isDamaged(_ look: () throws -> Bool) throws -> Bool {
        do {
            return try look()
        } catch let error as DatabaseError where error.kind == .damaged {
            return true
        }
    }

    /// Every complaint: a limit would be used up by those about other tables. Where one of these needs a collation or a module
    /// that is not there, each is looked at by itself.
    /// - Returns: The complaints, and the tables that could not be looked at, with what they need.
    func integrityAnswers(isThorough: Bool) throws -> (answers: [String], unknown: [String: String]) {
        do {
            return (try complaints(about: "\(Int32.max)", isThorough: isThorough), [:])
        } catch let error as DatabaseError where error.isOfAnotherProgram {
            var unknown: [String: String] = [:]
            let found = try tableNames().sorted().flatMap { table in
                do {
                    return try complaints(about: table.quotedIdentifier, isThorough: isThorough)
                } catch let error as DatabaseError where error.isOfAnotherProgram {
                    unknown[table] = error.message
                    return []
                }
            }
            return (found, unknown)
        }
    }

    /// SQLite's complaints about a table, or about the whole file but no more than a number of them.
    func complaints(about argument: String, isThorough: Bool) throws -> [String] {
        try query("PRAGMA \(isThorough ? "integrity_check" : "quick_check")(\(argument))").compactMap { $0[0].text }
            .filter { $0 != "ok" }
    }

    /// The indexes that have more or fewer entries than their table has rows.
    private func indexesOfOtherLength(in tables: [String]) throws -> [String] {
        let schema = try readSchema(of: Set(tables))
        return try schema.tables.values.flatMap { table in
            let rows = try countRows(in: table.name)
            return try table.indexes.filter { index in
                guard !index.isPartial else { return false }
                let (table, index) = (table.name.quotedIdentifier, index.name.quotedIdentifier)
                return try integer("SELECT count(*) FROM main.\(table) INDEXED BY \(index)") != rows
            }.map(\.name)
        }
    }

    /// The index that, according to a complaint, does not match its table's rows.
    private static func index(namedBy answer: String) -> String? {
        let phrases = [
            " missing from index ", "wrong # of entries in index ", "non-unique entry in index ", " of index ",
        ]
        return phrases.lazy.compactMap { answer.firstRange(of: $0) }.first.map { String(answer[$0.upperBound...]) }
    }

    /// Whether a complaint is about pages: these come together, one per line. An unused page loses nothing.
    static func isStructural(_ answer: String) -> Bool {
        answer.hasPrefix("***")
            && answer.split(separator: "\n").contains { !$0.hasPrefix("***") && !$0.hasSuffix(": never used") }
    }
}

extension DatabaseError {
    /// Whether a table needs what the program that made it registers with SQLite.
    fileprivate var isOfAnotherProgram: Bool {
        ["no such collation sequence: ", "no such module: ", "no such function: "].contains(where: message.hasPrefix)
    }
}
