import Migrations

/// The databases' own checks of themselves.
extension Driver {
    /// The tables with foreign keys to rows that are not there.
    func brokenReferences() throws -> [String] {
        switch dialect {
        case .sqlite:
            return try query("PRAGMA foreign_key_check").map { "\($0[0].text ?? "") to \($0[2].text ?? "")" }
        case .postgresql:
            // PostgreSQL checks when a constraint is made and at each write: what it did not check is not validated.
            let keys = try query(
                """
                SELECT conname::text, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT convalidated
                """)
            return keys.compactMap { $0[0].text }
        }
    }

    /// `ok`, or what is wrong with the file.
    func integrity() throws -> String {
        guard dialect == .sqlite else { return "ok" }
        return try query("PRAGMA integrity_check").compactMap { $0[0].text }.joined(separator: "\n")
    }

    /// The tables whose next id would not be above every present one.
    func exhaustedSequences() throws -> [String] {
        switch dialect {
        case .sqlite:
            // Without AUTOINCREMENT the next id is one above the highest; with it, what sqlite_sequence remembers.
            guard try integer("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") > 0 else {
                return []
            }
            return try query("SELECT name, seq FROM sqlite_sequence").compactMap { row in
                let table = row[0].text ?? ""
                let highest = try integer("SELECT coalesce(max(id), 0) FROM \(table.quotedIdentifier)")
                return highest > row[1].integer ?? 0 ? table : nil
            }
        case .postgresql:
            let tables = try query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            return try tables.compactMap { $0[0].text }.filter { table in
                let next = try integer(
                    "SELECT nextval(pg_get_serial_sequence($1, 'id'))", [.text(table.quotedIdentifier)])
                return try next <= integer("SELECT coalesce(max(id), 0) FROM \(table.quotedIdentifier)")
            }.sorted()
        }
    }
}
