import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("An interruption")
struct Interrupting {
    static let endless = """
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT 1 FROM numbers) SELECT count(*) FROM numbers
        """

    @Test("ends the running statement", arguments: TestBackend.allCases)
    func running(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let interruption = Interruption()
            connection.interruption = interruption
            let error = try thrownError(DatabaseError.self) {
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 0.1)
                    interruption.request()
                }
                _ = try connection.query(Self.endless)
            }
            #expect(error.kind == .interrupted)
        }
    }

    @Test("refuses every later statement, until it is taken away", arguments: TestBackend.allCases)
    func later(_ backend: TestBackend) throws {
        try backend.withConnection { connection throws in
            let interruption = Interruption()
            connection.interruption = interruption
            try connection.execute("CREATE TABLE t (n INTEGER)")
            interruption.request()
            let attempts: [() throws -> Void] = [
                { try connection.execute("INSERT INTO t VALUES (1)") },
                { try connection.execute("INSERT INTO t VALUES ($1)", [1]) },
                { _ = try connection.query("SELECT * FROM t") },
                { try connection.withMigrationTransaction {} },
            ]
            for attempt in attempts {
                #expect(try thrownError(DatabaseError.self, by: attempt).kind == .interrupted)
            }
            connection.interruption = nil
            #expect(try connection.countRows(in: "t") == 0)
        }
    }

    @Test("rolls a migration back whole and restores every setting", arguments: TestBackend.allCases)
    func transaction(_ backend: TestBackend) throws {
        try backend.withConnection { connection throws in
            try connection.execute("CREATE TABLE t (n INTEGER)")
            let settings = backend == .sqlite ? ["foreign_keys", "secure_delete", "threads", "legacy_alter_table"] : []
            if backend == .sqlite { try connection.execute("PRAGMA foreign_keys = ON") }
            let before = try settings.map { try connection.integer("PRAGMA \($0)") }
            let interruption = Interruption()
            connection.interruption = interruption
            try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.execute("INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN m INTEGER")
                    interruption.request()
                }
            }
            connection.interruption = nil
            #expect(try settings.map { try connection.integer("PRAGMA \($0)") } == before)
            #expect(try connection.countRows(in: "t") == 0)
            #expect(try connection.readSchema().column("t", "m") == nil)
            try connection.withMigrationTransaction { try connection.execute("INSERT INTO t VALUES (1)") }
        }
    }

    @Test("ends the wait for another migration", arguments: TestBackend.allCases)
    func waiting(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let first = try database.connect()
            let second = try database.connect(lockTimeout: .seconds(60))
            let interruption = Interruption()
            second.interruption = interruption
            try first.withMigrationTransaction {
                try first.execute("CREATE TABLE t (n INTEGER)")
                let error = try thrownError(DatabaseError.self) {
                    Thread.detachNewThread {
                        Thread.sleep(forTimeInterval: 0.1)
                        interruption.request()
                    }
                    try second.withMigrationTransaction {}
                }
                #expect(error.kind == .interrupted)
            }
        }
    }

    @Test("by somebody else is distinguished: a statement that the server cancelled")
    func cancelled() throws {
        try TestBackend.postgresql.withConnection { connection throws in
            try connection.execute("SET statement_timeout = 50")
            let error = try thrownError(DatabaseError.self) { _ = try connection.query("SELECT pg_sleep(10)") }
            #expect(error.kind == .cancelled)
        }
    }
}
