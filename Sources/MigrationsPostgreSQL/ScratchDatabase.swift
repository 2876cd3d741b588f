import CLibPQ
import Migrations

/// A new database on the server of another one, which gets or stands for its rows.
struct ScratchDatabase {
    /// A connection to neither.
    let server: PostgresConnection
    /// The name of the other one.
    let original: String
    /// How its own name ends. What an earlier process that died left behind has the same name.
    let ending: String

    /// Names of more than 63 bytes are cut off.
    var name: String { "\(stem)-\(ending)" }
    /// How its own name begins.
    var stem: String { String(decoding: original.utf8.prefix(32), as: UTF8.self) }

    /// Tells it from one of the operator's that has its name: it has this connection limit from its first moment on.
    private static let mark = "123454321"

    /// Makes it, where an earlier one is dropped first.
    /// - Throws: ``DatabaseError`` of the kind ``DatabaseError/Kind/locked`` while another process has it.
    func create() throws {
        // Until the end of the session, however that comes.
        let isFree = try server.query("SELECT pg_try_advisory_lock(hashtext($1))", [.text(name)]).first?[0].boolean
        guard isFree == true else {
            throw DatabaseError(.locked, "another process is at work on the database \(name)")
        }
        try drop()
        do {
            try server.execute(creation())
        } catch let error as DatabaseError where error.code == "42P04" {
            throw MigrationError(
                .checkFailed, "there is a database \(name) that this tool did not make",
                nextStep: "Nothing was changed. If nobody needs it: DROP DATABASE \(name.quotedIdentifier)")
        }
    }

    /// The statement that makes it, with the owner, encoding, locale and tablespace of the other one where there is one.
    func creation() throws -> String {
        let old = try server.query(
            """
            SELECT format(' OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_get_userbyid(d.datdba),
                    pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)
                -- Some versions of the server do not have these columns, or under another name.
                || CASE j->>'datlocprovider'
                    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(j->>'datlocale', j->>'daticulocale'))
                        || coalesce(format(' ICU_RULES %L', nullif(j->>'daticurules', '')), '')
                    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j->>'datlocale')
                    ELSE '' END
                || CASE t.spcname WHEN 'pg_default' THEN '' ELSE format(' TABLESPACE %I', t.spcname) END
            FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = d.dattablespace, to_jsonb(d) AS j
            WHERE d.datname = $1
            """, [.text(original)]
        ).first
        return try "CREATE DATABASE \(name.quotedIdentifier) TEMPLATE template0 CONNECTION LIMIT \(Self.mark)"
            + (old?.text(0) ?? "")
    }

    /// Drops it where it is there, also while a `pg_restore` fills it that outlived the process which ran it.
    func drop() throws {
        let isMarked = try server.query(
            "SELECT datconnlimit = \(Self.mark) FROM pg_database WHERE datname = $1", [.text(name)]
        ).first?[0].boolean
        guard isMarked == true else { return }
        let force = server.libpq.PQserverVersion(server.handle) >= 130_000 ? " WITH (FORCE)" : ""
        try server.execute("DROP DATABASE \(name.quotedIdentifier)\(force)")
    }

    /// The bytes that it takes now, without the server's log of changes.
    func size() throws -> Int64 { try server.integer("SELECT pg_database_size($1)", [.text(name)]) }

    /// The statements for what belongs to the database and is not in a dump: its settings, for everybody and for roles, and who
    /// may connect.
    func settings() throws -> [String] {
        try server.query(
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
            """, [.text(original), .text(name)]
        ).map { try $0.text(0) }
    }

    /// Gives it those.
    /// - Parameter onRefusal: Receives what the role may not give it, as a statement for the other database.
    func copySettings(onRefusal: (DatabaseError, String) -> Void) throws {
        for statement in try settings() {
            do {
                try server.execute(statement)
            } catch let error as DatabaseError where error.kind == .notPermitted {
                onRefusal(error, statement.replacing(name.quotedIdentifier, with: original.quotedIdentifier))
            }
        }
    }
}
