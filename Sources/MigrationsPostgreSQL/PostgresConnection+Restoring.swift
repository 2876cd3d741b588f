import CLibPQ
public import Logging
public import Migrations

extension PostgresConnection {
    /// Puts a backup in the place of a database: into a new one, which then gets the name. The old one gets another name.
    /// - Parameters:
    ///   - backup: The file of the backup, which stays.
    ///   - parameters: libpq's keywords for the database, which may be missing.
    ///   - interruption: Stops it before anything is replaced.
    ///   - check: Looks whether the backup is what it should be.
    /// - Returns: The name that the old database has now.
    /// - Throws: ``Migrations/DatabaseError`` or ``Migrations/MigrationError``; the database is as it was then.
    public static func restore(
        _ backup: String, parameters: [String: String], lockTimeout: Duration, interruption: Interruption? = nil,
        logger: Logger, check: (any DatabaseConnection) throws -> Void
    ) throws -> String? {
        let reader = try ClientProgram("pg_restore")
        let rows: [String: Int64]
        do {
            rows = try DumpFile(path: backup, reader: reader).countRows(interruption)
        } catch let error as DatabaseError where error.kind == .other {
            throw MigrationError(.checkFailed, "this is no backup that can be restored: \(error.message)")
        }
        let name = try DatabasePlace(of: parameters).name
        let swap = DatabaseSwap(
            scratch: ScratchDatabase(
                server: try server(parameters, lockTimeout: lockTimeout, logger: logger), original: name,
                ending: "partial"),
            backup: backup)
        try swap.requireUnused()
        try swap.create()
        do {
            let new = parameters.merging(["dbname": swap.scratch.name]) { $1 }
            try fill(new, with: backup, by: reader, interruption)
            try compare(new, with: rows, lockTimeout: lockTimeout, logger: logger, check: check)
            if interruption?.isRequested == true { throw DatabaseError(.interrupted, "interrupted") }
            return try swap.exchange()
        } catch {
            try? swap.scratch.drop()
            throw error
        }
    }

    /// Restores a backup into an empty database.
    static func fill(
        _ parameters: [String: String], with backup: String, by reader: ClientProgram, _ interruption: Interruption?,
        _ observer: ActivityObserver? = nil
    ) throws {
        try reader.run(
            ["--exit-on-error", "--single-transaction", "--no-password", "--dbname=\(target(parameters))", backup],
            environment: secrets(parameters), interruption: interruption, observer: observer)
    }

    /// A function of its own, so that nobody is connected to the new database afterwards.
    private static func compare(
        _ new: [String: String], with rows: [String: Int64], lockTimeout: Duration, logger: Logger,
        check: (any DatabaseConnection) throws -> Void
    ) throws {
        let connection = try PostgresConnection(parameters: new, lockTimeout: lockTimeout, logger: logger)
        let counted = try connection.countAllRows()
        let missing = counted.filter { rows[$0.key] != $0.value }.keys.sorted()
        guard missing.isEmpty, counted.count >= rows.count || rows.keys.allSatisfy({ counted[$0] != nil }) else {
            throw DatabaseError(.other, "the backup was not restored whole: \(missing.joined(separator: ", "))")
        }
        try check(connection)
    }

    /// A connection to the same server that is in nobody's way: a database that is used cannot be renamed.
    static func server(
        _ parameters: [String: String], lockTimeout: Duration, logger: Logger
    ) throws -> PostgresConnection {
        func connect(_ name: String) throws -> PostgresConnection {
            try PostgresConnection(
                parameters: parameters.merging(["dbname": name]) { $1 }, lockTimeout: lockTimeout, logger: logger)
        }
        do {
            return try connect("postgres")
        } catch let error as DatabaseError where error.kind == .unreachable {
            return try connect("template1")
        }
    }
}

/// A new database beside the one whose name it gets.
private struct DatabaseSwap {
    let scratch: ScratchDatabase
    let backup: String

    private var server: PostgresConnection { scratch.server }
    private var name: String { scratch.original }

    /// Refuses while anybody is connected to the database, which could not be renamed.
    func requireUnused() throws {
        let sessions = try server.query(
            """
            SELECT format('%s (pid %s)', coalesce(nullif(application_name, ''), usename), pid) FROM pg_stat_activity
            WHERE datname = $1 AND pid <> pg_backend_pid() ORDER BY pid
            """, [.text(name)])
        guard sessions.isEmpty else {
            let list = sessions.prefix(5).compactMap { $0[0].text }.joined(separator: ", ")
            throw DatabaseError(.locked, "\(sessions.count.counted("session")) of others use \(name): \(list)")
        }
    }

    /// Makes the new database.
    func create() throws {
        do {
            try scratch.create()
        } catch let error as DatabaseError where error.kind == .notPermitted {
            throw MigrationError(
                .checkFailed, "the role may not create a database to restore into: \(error.message)",
                nextStep: "Nothing was changed. As a role that may: createdb --template=template0 \(scratch.name); "
                    + "pg_restore --exit-on-error --dbname=\(scratch.name) \(backup); then in psql, connected to postgres: "
                    + (["BEGIN"] + renames(keeping: "\(scratch.stem).replaced") + ["COMMIT"]).joined(separator: "; "))
        }
    }

    /// Gives both their new names at once.
    /// - Returns: That of the old one.
    func exchange() throws -> String? {
        try scratch.copySettings()
        let kept = try BackupNames.replaced(scratch.stem) {
            try !server.query("SELECT 1 FROM pg_database WHERE datname = $1", [.text($0)]).isEmpty
        }
        let old = try server.query(
            "SELECT datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
            [.text(name)]
        ).first
        var statements = old == nil ? [rename(scratch.name, name)] : renames(keeping: kept)
        statements.append("ALTER DATABASE \(name.quotedIdentifier) CONNECTION LIMIT \(try old?.integer(0) ?? -1)")
        if let comment = old?[1].text {
            statements.append("COMMENT ON DATABASE \(name.quotedIdentifier) IS \(comment.quotedLiteral)")
        }
        do {
            // Sent together they are one transaction, which leaves nothing open when it fails.
            try server.execute(statements.joined(separator: "; "))
        } catch let error as DatabaseError where error.code == "55006" {
            throw DatabaseError(.locked, error.message, code: error.code, details: error.details)
        }
        return old == nil ? nil : kept
    }

    private func renames(keeping kept: String) -> [String] { [rename(name, kept), rename(scratch.name, name)] }

    private func rename(_ name: String, _ new: String) -> String {
        "ALTER DATABASE \(name.quotedIdentifier) RENAME TO \(new.quotedIdentifier)"
    }
}
