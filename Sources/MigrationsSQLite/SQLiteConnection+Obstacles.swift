import CSQLite
public import Migrations

extension SQLiteConnection {
    /// A rewrite needs room for the new tables beside the old ones, and for the journal that leads back.
    public func obstacles(toRewriting tables: [String]) throws -> [Finding] {
        guard let name = sqlite3_db_filename(handle, "main") else { return [] }
        let path = String(cString: name)
        guard !path.isEmpty, let free = SQLiteFile.freeBytes(beside: path) else { return [] }
        let size = try integer("PRAGMA page_count") * integer("PRAGMA page_size")
        guard free < size * 2 else { return [] }
        let isTooLittle = free < size
        return [
            Finding(
                isTooLittle ? .error : .warning,
                code: "disk_space",
                table: "",
                count: 1,
                message:
                    "The database has \(size.megabytes), and its disk has \(free.megabytes) free. The rewrite needs "
                    + "up to \((size * 2).megabytes) for the new tables and the journal.",
                action: "Make room on the disk of \(path)."
            )
        ]
    }
}

extension Int64 {
    var megabytes: String { "\((self + 999_999) / 1_000_000) MB" }
}
