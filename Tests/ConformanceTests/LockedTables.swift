import Migrations
import MigrationsTesting
import Testing

@Suite("A migration beside other sessions on PostgreSQL")
struct LockedTables {
    @Test(
        "waits no longer than the server can, whatever it was told",
        arguments: [(.milliseconds(1500), 1500), (.seconds(Int64.max), 2_147_483_647), (.seconds(Int64.min), 0)]
            as [(Duration, Int64)])
    func timeouts(_ duration: Duration, _ milliseconds: Int64) {
        #expect(duration.milliseconds == milliseconds)
    }

    @Test(
        "loses no row that is written while a table is rewritten: nobody can, also where the table was not named",
        arguments: [["book"], []])
    func rewriting(_ tables: [String]) throws {
        try TestBackend.postgresql.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(Library.sql(.postgresql))
            let hub = try database.connect()
            try hub.execute("SET statement_timeout = 200")
            var isCopied = false
            var refused = 0
            let reports = try connection.withMigrationTransaction(locking: tables) {
                connection.onStatement = { statement in
                    if isCopied {
                        connection.onStatement = nil
                        do {
                            try hub.execute(#"INSERT INTO "book" ("id", "title", "author") VALUES (70, 'Late', 1)"#)
                        } catch {
                            refused += 1
                        }
                    }
                    isCopied = statement.hasPrefix(#"INSERT INTO "migration_new_book""#)
                }
                let context = MigrationContext(
                    connection: connection, schema: try connection.readSchema(), number: 42)
                try context.rewrite([Library.book])
                return context.reports
            }
            #expect(refused == 1)
            #expect(reports.map(\.rowsOut) == [3])
            #expect(try connection.countRows(in: "book") == 3)
        }
    }

    @Test("waits for nobody where a rewritten table was not named, and names who uses it")
    func unnamed() throws {
        try TestBackend.postgresql.withDatabase { database in
            let connection = try database.connect()
            try connection.execute(Library.sql(.postgresql))
            let hub = try database.connect()
            let before = try hub.countRows(in: "book")
            #expect(before > 0)
            try hub.execute("SET application_name = 'the hub'; BEGIN")
            _ = try hub.query(#"SELECT * FROM "book""#)
            let start = ContinuousClock.now
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(locking: ["author"]) {
                    let schema = try connection.readSchema()
                    try MigrationContext(connection: connection, schema: schema, number: 42).rewrite([Library.book])
                }
            }
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(error.kind == .locked)
            let pid = try hub.integer("SELECT pg_backend_pid()")
            #expect(error.details.contains { $0.hasPrefix("process \(pid), the hub, idle in transaction since ") })
            #expect(try hub.countRows(in: "book") == before)
        }
    }

    @Test("locks tables in the order in which a look does, so that neither waits for the other")
    func order() throws {
        try TestBackend.postgresql.withDatabase { database in
            let connection = try database.connect()
            let names = ["b", "A", "user", "a_b", "a", "aB"]
            for name in names {
                try connection.execute("CREATE TABLE \(name.quotedIdentifier) (id INTEGER PRIMARY KEY)")
            }
            try connection.execute(#"CREATE TABLE "Z" (id INTEGER REFERENCES a)"#)
            var locks: [String] = []
            connection.onStatement = { if $0.hasPrefix("LOCK TABLE") { locks.append($0) } }
            try connection.withReadTransaction(of: names) {}
            try connection.withMigrationTransaction(locking: names) {}
            #expect(locks.count == 2)
            #expect(
                locks[1].replacing(#""public"."Z", "#, with: "").replacing("EXCLUSIVE", with: "SHARE")
                    == locks[0])
        }
    }

    @Test("keeps no reader waiting for longer than one try, and names who is in the way")
    func waiting() throws {
        try TestBackend.postgresql.withDatabase { database in
            let hub = try database.connect()
            try hub.execute("CREATE TABLE t (id INTEGER PRIMARY KEY); SET application_name = 'the hub'")
            try hub.execute("BEGIN")
            _ = try hub.query("SELECT * FROM t")
            let connection = try database.connect(lockTimeout: .seconds(2))
            let reader = try database.connect()
            let clock = ContinuousClock()
            var longest = Duration.zero
            // A reader at every try: it waits behind the lock that is asked for, and only until that try ends.
            connection.onStatement = { statement in
                guard statement == "ROLLBACK" else { return }
                let start = clock.now
                _ = try? reader.query("SELECT * FROM t")
                longest = max(longest, clock.now - start)
            }
            let start = clock.now
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(locking: ["t"]) {}
            }
            #expect(error.kind == .locked)
            #expect(clock.now - start >= .seconds(2))
            #expect(longest < .seconds(1))
            let pid = try hub.integer("SELECT pg_backend_pid()")
            #expect(error.details.contains { $0.contains("process \(pid), the hub, idle in transaction since ") })
            #expect(error.details.contains { $0.contains("SELECT * FROM t") })
        }
    }

    @Test("waits for a lock that is given back, and sees what was committed before")
    func givenBack() throws {
        try TestBackend.postgresql.withDatabase { database in
            let hub = try database.connect()
            try hub.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
            try hub.execute("BEGIN; ALTER TABLE t ADD COLUMN late INTEGER")
            let connection = try database.connect()
            var tries = 0
            connection.onStatement = { statement in
                guard statement == "ROLLBACK" else { return }
                tries += 1
                try? hub.execute("COMMIT")
            }
            let schema = try connection.withReadTransaction(of: ["t"]) {
                connection.onStatement = nil
                return try connection.readSchema()
            }
            #expect(tries == 1)
            #expect(schema.column("t", "late") != nil)
        }
    }

    @Test("names a transaction that was prepared and left, with the statement that ends it")
    func prepared() throws {
        try TestBackend.postgresql.withDatabase { database in
            let hub = try database.connect()
            try hub.execute("CREATE TABLE t (id INTEGER)")
            let name = try #require(try hub.query("SELECT current_database()::text").first?[0].text)
            try hub.execute("BEGIN")
            try hub.execute("INSERT INTO t VALUES (1)")
            try hub.execute("PREPARE TRANSACTION 'left in \(name)'")
            let connection = try database.connect(lockTimeout: .zero)
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(locking: ["t"]) {}
            }
            let end = "ROLLBACK PREPARED 'left in \(name)'"
            #expect(error.details.contains { $0.hasSuffix(end) })
            // What it advises.
            try hub.execute(end)
            try connection.withMigrationTransaction(locking: ["t"]) {}
        }
    }

    @Test("states its isolation level, whatever the database's default")
    func isolation() throws {
        try TestBackend.postgresql.withDatabase { database in
            let administrator = try database.connect()
            let name = try #require(try administrator.query("SELECT current_database()::text").first?[0].text)
            try administrator.execute("ALTER DATABASE \(name) SET default_transaction_isolation = 'serializable'")
            let connection = try database.connect()
            let level = try connection.withMigrationTransaction(locking: []) {
                try connection.query("SELECT current_setting('transaction_isolation')").first?[0].text
            }
            #expect(level == "read committed")
        }
    }
}
