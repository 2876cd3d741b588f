public import Migrations

extension SQLiteConnection {
    /// A rewrite needs room on the disk. A database in memory has none.
    public func obstacles(toChanging tables: [String], isRewriting: Bool) throws -> [Finding] {
        guard isRewriting, !path.isEmpty, let free = SQLiteFile.freeBytes(beside: path) else { return [] }
        let size = try integer("PRAGMA page_count") * integer("PRAGMA page_size")
        return [DiskSpace(size: size, free: free, path: path).finding].compactMap { $0 }
    }
}
