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
        let name = parameters["dbname"] ?? parameters["user"] ?? ""
        let swap = DatabaseSwap(
            server: try server(parameters, lockTimeout: lockTimeout, logger: logger), name: name, backup: backup)
        try swap.requireUnused()
        try swap.create()
        do {
            let new = parameters.merging(["dbname": swap.partial]) { $1 }
            let secrets = parameters["password"].map { ["PGPASSWORD": $0] } ?? [:]
            try reader.run(
                ["--exit-on-error", "--single-transaction", "--no-password", "--dbname=\(target(new))", backup],
                environment: secrets, interruption: interruption)
            try compare(new, with: rows, lockTimeout: lockTimeout, logger: logger, check: check)
            if interruption?.isRequested == true { throw DatabaseError(.interrupted, "interrupted") }
            return try swap.exchange()
        } catch {
            try? swap.dropPartial()
            throw error
        }
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
    private static func server(
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
    let server: PostgresConnection
    let name: String
    let backup: String
    /// What an earlier restore that died left behind has the same name. Names of more than 63 bytes are cut off.
    var partial: String { "\(stem)-partial" }

    private var kept: String { BackupNames.replaced(stem) }
    private var stem: String { String(decoding: name.utf8.prefix(32), as: UTF8.self) }
    /// Tells the new database from one of the operator's that has its name.
    private static let mark = "kohaku-migrate: a restore that is not finished"

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

    /// Makes the new database, with the owner, encoding and locale of the old one where there is one.
    func create() throws {
        try dropPartial()
        let old = try server.query(
            """
            SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype
            FROM pg_database WHERE datname = $1
            """, [.text(name)]
        ).first
        var statement = "CREATE DATABASE \(partial.quotedIdentifier) TEMPLATE template0"
        if let old {
            statement += try " OWNER \(old.text(0).quotedIdentifier) ENCODING \(old.text(1).quotedLiteral)"
            statement += try " LC_COLLATE \(old.text(2).quotedLiteral) LC_CTYPE \(old.text(3).quotedLiteral)"
        }
        do {
            try server.execute(statement)
            try server.execute("COMMENT ON DATABASE \(partial.quotedIdentifier) IS \(Self.mark.quotedLiteral)")
        } catch let error as DatabaseError where error.kind == .notPermitted {
            throw MigrationError(
                .checkFailed, "the role may not create a database to restore into: \(error.message)",
                nextStep: "Nothing was changed. As a role that may: createdb --template=template0 \(partial); "
                    + "pg_restore --exit-on-error --dbname=\(partial) \(backup); then in psql, connected to postgres: "
                    + swapping)
        }
    }

    func dropPartial() throws {
        let isMarked = try server.query(
            "SELECT shobj_description(oid, 'pg_database') = $2 FROM pg_database WHERE datname = $1",
            [.text(partial), .text(Self.mark)]
        ).first?[0].boolean
        if isMarked == true { try server.execute("DROP DATABASE \(partial.quotedIdentifier)") }
    }

    /// Gives both their new names at once.
    /// - Returns: That of the old one.
    func exchange() throws -> String? {
        try copySettings()
        let kept = kept
        let isThere = try server.integer("SELECT count(*) FROM pg_database WHERE datname = $1", [.text(name)]) > 0
        do {
            try server.execute(isThere ? swapping : rename(partial, name))
        } catch let error as DatabaseError where error.code == "55006" {
            throw DatabaseError(.locked, error.message, code: error.code, details: error.details)
        }
        return isThere ? kept : nil
    }

    /// What belongs to the database and is not in a dump: its settings, for everybody and for roles, and who may connect.
    private func copySettings() throws {
        let statements = try server.query(
            """
            SELECT format('ALTER %s %I SET %I TO %s',
                CASE WHEN s.setrole = 0 THEN 'DATABASE' ELSE format('ROLE %I IN DATABASE', pg_get_userbyid(s.setrole)) END,
                $2::text, split_part(c, '=', 1),
                CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries',
                        'local_preload_libraries') AND c !~ '=$'
                    THEN substr(c, strpos(c, '=') + 1) ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END)
            FROM pg_database AS d JOIN pg_db_role_setting AS s ON s.setdatabase = d.oid, unnest(s.setconfig) AS c
            WHERE d.datname = $1
            UNION ALL
            SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2::text)
            FROM pg_database WHERE datname = $1 AND datacl IS NOT NULL
            UNION ALL
            SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text,
                CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_database AS d, aclexplode(d.datacl) AS a WHERE d.datname = $1
            """, [.text(name), .text(partial)])
        for statement in statements { try server.execute(statement.text(0)) }
        try server.execute("COMMENT ON DATABASE \(partial.quotedIdentifier) IS NULL")
    }

    private var swapping: String {
        "BEGIN; \(rename(name, kept)); \(rename(partial, name)); COMMIT"
    }

    private func rename(_ name: String, _ new: String) -> String {
        "ALTER DATABASE \(name.quotedIdentifier) RENAME TO \(new.quotedIdentifier)"
    }
}
