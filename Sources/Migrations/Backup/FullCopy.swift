/// A copy of a whole database that can be changed.
public struct FullCopy {
    /// The connection to it.
    public let connection: any DatabaseConnection
    /// The bytes that it takes now, with its journals. It does not use the connection.
    public let size: () throws -> Int64

    package init(connection: any DatabaseConnection, size: @escaping () throws -> Int64) {
        self.connection = connection
        self.size = size
    }
}

/// What can try changes on a copy of its whole database, with every row: ask a connection for it with `as?`.
public protocol Rehearsable: BackupSource {
    /// Runs `body` on a copy of the database, which is removed afterwards. The connection to it has the interruption and the
    /// observer of this one. What a process that died left is removed by the next one.
    /// - Parameters:
    ///   - folder: Where its files are; `nil` for beside a database file, and the current folder for a server's.
    ///   - tables: The tables that must not be changed by a migration while they are copied.
    /// - Throws: ``MigrationError`` or ``DatabaseError``, or what `body` throws.
    func withFullCopy<Result>(
        in folder: String?, holding tables: [String], _ body: (FullCopy) throws -> Result
    ) throws -> Result
}

extension Rehearsable {
    /// Makes the file that a copy is, or is made from.
    package func makeFileOfCopy(in folder: String?) throws -> PartialFile {
        let names = backupNames(in: folder)
        _ = try requireRoom(in: names.folder, for: "copy")
        return try PartialFile(names.path(of: "rehearsal"))
    }
}
