public import Migrations

extension PostgresConnection: Rehearsable {
    /// The copy is a database of the same server, filled from a dump: nobody has to wait for that. A database that is made by
    /// `TEMPLATE` would let nobody connect to this one meanwhile.
    public func withFullCopy<Result>(
        in folder: String?, holding tables: [String], _ body: (FullCopy) throws -> Result
    ) throws -> Result {
        let reader = try backupPrograms().restore
        let scratch = try ScratchDatabase(
            server: Self.server(parameters, lockTimeout: lockTimeout, logger: logger),
            original: query("SELECT current_database()").first?.text(0) ?? "", ending: "rehearsal")
        let file = try makeFileOfCopy(in: folder)
        defer { file.remove() }
        do {
            try scratch.create()
        } catch let error as DatabaseError where error.kind == .notPermitted {
            throw MigrationError(
                .checkFailed, "the role may not create a database for the copy: \(error.message)",
                nextStep: "Nothing was changed. It needs CREATEDB, and to be a member of the database's owner.")
        }
        let result = Swift.Result {
            try writeBackup(to: file, holding: tables) {}
            return try use(scratch, filledFrom: file.path, by: reader, body)
        }
        // Another error would hide the first.
        do {
            try scratch.drop()
        } catch  where (try? result.get()) == nil {
            throw MigrationError(
                .failed, "the copy \(scratch.name) is left: \(error)",
                nextStep: "The next rehearsal removes it, or: DROP DATABASE \(scratch.name.quotedIdentifier)")
        }
        return try result.get()
    }

    /// A function of its own, so that nobody is connected to the copy afterwards.
    private func use<Result>(
        _ scratch: ScratchDatabase, filledFrom dump: String, by reader: ClientProgram,
        _ body: (FullCopy) throws -> Result
    ) throws -> Result {
        let parameters = parameters.merging(["dbname": scratch.name]) { $1 }
        begin(.copying)
        try Self.fill(parameters, with: dump, by: reader, interruption, observer)
        // What may not be set here is not needed for long.
        try scratch.copySettings { _, _ in }
        let copy = try PostgresConnection(parameters: parameters, lockTimeout: lockTimeout, logger: logger)
        (copy.interruption, copy.observer) = (interruption, observer)
        return try body(FullCopy(connection: copy, size: scratch.size))
    }
}
