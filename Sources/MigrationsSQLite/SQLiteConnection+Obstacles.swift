public import Migrations

extension SQLiteConnection {
    public func size(of tables: [String]) throws -> Int64 {
        try integer("PRAGMA page_count") * integer("PRAGMA page_size")
    }

    /// A rewrite needs disk space, except for a database in memory, and readable texts.
    public func obstacles(toChanging tables: [String], isRewriting: Bool) throws -> [Finding] {
        guard isRewriting else { return [] }
        let undecodable = try undecodableTexts(in: tables)
        guard !path.isEmpty, let free = FileSystem.freeBytes(at: path) else { return undecodable }
        return [DiskSpace(size: try size(of: tables), free: free, path: path).finding].compactMap { $0 } + undecodable
    }
}
