import CLibPQ
public import Logging
public import Migrations

extension PostgresConnection {
    /// Puts a backup in the place of a database: into a new one, which then gets the name. The old one gets another name.
    /// - Parameters:
    ///   - backup: The file of the backup, which stays.
    ///   - parameters: libpq's keywords for the database, which may be missing.
    ///   - interruption: Stops it before anything is replaced.
    ///   - observer: Is told what is being done.
    ///   - check: Looks whether the backup is what it should be.
    /// - Returns: The name that the old database has now.
    /// - Throws: ``Migrations/DatabaseError`` or ``Migrations/MigrationError``; the database is as it was then.
    public static func restore(
        _ backup: String, parameters: [String: String], lockTimeout: Duration, interruption: Interruption? = nil,
        observer: ActivityObserver? = nil, logger: Logger, check: (any DatabaseConnection) throws -> Void
    ) throws -> String? {
        let reader = try ClientProgram("pg_restore")
        let rows: [String: Int64]
        observer?.begin(.proving, in: "restore")
        do {
            rows = try DumpFile(path: backup, reader: reader).countRows(interruption, observer)
        } catch let error as DatabaseError where error.kind == .other {
            throw MigrationError(.checkFailed, "this is not a backup that can be restored: \(error.message)")
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
            observer?.begin(.copying)
            try fill(new, with: backup, by: reader, interruption, observer)
            observer?.begin(.proving)
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
            let server = try PostgresConnection(
                parameters: parameters.merging(["dbname": name]) { $1 }, lockTimeout: lockTimeout, logger: logger)
            // It waits while the other sessions work.
            let isKnown = server.libpq.PQserverVersion(server.handle) >= 140_000
            if isKnown { try server.execute("SET idle_session_timeout = 0") }
            return server
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
            throw DatabaseError(
                .locked,
                "\(sessions.count.counted("other session is", plural: "other sessions are")) using \(name): \(list)")
        }
    }

    /// Makes the new database, if the role may give it the other name later.
    func create() throws {
        let mayRename = try server.query(
            "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = $1", [.text(name)]
        ).first?[0].boolean
        guard mayRename != false else {
            throw try notPermitted("the role does not own the database \(name)")
        }
        do {
            try scratch.create()
        } catch let error as DatabaseError where error.kind == .notPermitted {
            throw try notPermitted("the role may not create a database to restore into: \(error.message)")
        }
    }

    /// The refusal, with what a role that may has to run instead.
    private func notPermitted(_ message: String) throws -> MigrationError {
        let place = DatabasePlace(of: server.handle, server.libpq)
        let flags = ["--host=\(place.host)", "--port=\(place.port)"]
        func psql(_ statement: String) -> [String] {
            ["psql"] + flags + ["--dbname=postgres", "--command=\(statement)"]
        }
        let restoring =
            ["pg_restore"] + flags + ["--dbname=\(scratch.name)", "--exit-on-error", "--single-transaction"]
            + [FileSystem.absolute(backup)]
        let commands =
            try [psql(scratch.creation()), restoring] + scratch.settings().map(psql) + [psql(renaming().statement)]
        var error = MigrationError(
            .checkFailed, message, nextStep: "Nothing was changed. As a role that may, in this order:")
        error.commands = commands.map { $0.map(\.quotedForShell).joined(separator: " ") }
        return error
    }

    /// Gives both their new names at once.
    /// - Returns: That of the old one.
    func exchange() throws -> String? {
        try scratch.copySettings { error, statement in
            server.logger.warning("\(error.message). As a role that may, once it is done: \(statement)")
        }
        let (statement, kept) = try renaming()
        do {
            // Sent together they are one transaction, which leaves nothing open when it fails.
            try server.execute(statement)
        } catch let error as DatabaseError where error.code == "55006" {
            throw DatabaseError(.locked, error.message, code: error.code, details: error.details)
        }
        return kept
    }

    private func renaming() throws -> (statement: String, kept: String?) {
        let kept = try BackupNames.replaced(scratch.stem) {
            try !server.query("SELECT 1 FROM pg_database WHERE datname = $1", [.text($0)]).isEmpty
        }
        let old = try server.query(
            "SELECT datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
            [.text(name)]
        ).first
        var statements = old == nil ? [] : [rename(name, kept)]
        statements.append(rename(scratch.name, name))
        statements.append("ALTER DATABASE \(name.quotedIdentifier) CONNECTION LIMIT \(try old?.integer(0) ?? -1)")
        if let comment = old?[1].text {
            statements.append("COMMENT ON DATABASE \(name.quotedIdentifier) IS \(comment.quotedLiteral)")
        }
        return (statements.joined(separator: "; "), old == nil ? nil : kept)
    }

    private func rename(_ name: String, _ new: String) -> String {
        "ALTER DATABASE \(name.quotedIdentifier) RENAME TO \(new.quotedIdentifier)"
    }
}
