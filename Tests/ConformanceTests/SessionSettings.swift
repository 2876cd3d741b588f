import Migrations
import MigrationsTesting
import Testing

/// Settings of a server, database or role that would change what is read or written.
@Suite("PostgreSQL's settings in a migration")
struct SessionSettings {
    /// What an administrator may have set, and what is in force inside this tool's transactions.
    private static let settings = [
        ("row_security", "on", "off"),
        ("\"TimeZone\"", "Asia/Tokyo", "UTC"),
        ("\"DateStyle\"", "German, DMY", "ISO, MDY"),
        ("\"IntervalStyle\"", "sql_standard", "postgres"),
        ("bytea_output", "escape", "hex"),
        ("extra_float_digits", "0", "1"),
        ("standard_conforming_strings", "off", "on"),
        ("transform_null_equals", "on", "off"),
        ("quote_all_identifiers", "on", "off"),
        ("jit", "on", "off"),
        ("statement_timeout", "7s", "0"),
        ("idle_in_transaction_session_timeout", "7s", "0"),
    ]

    @Test("are this tool's own, and the session's again afterwards", arguments: [true, false])
    func own(_ isChanging: Bool) throws {
        try TestBackend.postgresql.withDatabase { database in
            let administrator = try database.connect()
            let name = try #require(try administrator.query("SELECT current_database()::text").first?[0].text)
            try administrator.execute("CREATE TABLE t (id INTEGER)")
            for (setting, value, _) in Self.settings {
                try administrator.execute("ALTER DATABASE \(name) SET \(setting) = '\(value)'")
            }
            let connection = try database.connect()
            func value(_ setting: String) throws -> String? {
                try connection.query("SELECT current_setting($1)", [.text(setting.filter { $0 != "\"" })]).first?[0]
                    .text
            }
            func look() throws {
                for (setting, _, expected) in Self.settings { #expect(try value(setting) == expected, "\(setting)") }
            }
            if isChanging {
                try connection.withMigrationTransaction(locking: ["t"]) { try look() }
            } else {
                try connection.withReadTransaction(of: ["t"]) { try look() }
            }
            for (setting, given, _) in Self.settings { #expect(try value(setting) == given, "\(setting)") }
        }
    }

    @Test("leave a database alone that is read-only by its default, and let it be looked at")
    func readOnly() throws {
        try TestBackend.postgresql.withDatabase { database in
            let administrator = try database.connect()
            let name = try #require(try administrator.query("SELECT current_database()::text").first?[0].text)
            try administrator.execute("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            let connection = try database.connect()
            try connection.withReadTransaction(of: []) {
                try connection.execute("CREATE TEMPORARY TABLE t (n INTEGER)")
            }
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(locking: []) {}
            }
            #expect(error.kind == .readOnly)
            #expect(error.details.contains { $0.contains("RESET default_transaction_read_only") })
        }
    }
}
