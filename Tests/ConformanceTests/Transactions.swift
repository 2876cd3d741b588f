import Migrations
import MigrationsTesting
import Testing

@Suite("A migration's transaction")
struct Transactions {
    private struct Stop: Error {}

    @Test("is committed when its body ends, and returns what it returned", arguments: TestBackend.allCases)
    func commit(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let connection = try database.connect()
            let result = try connection.withMigrationTransaction {
                try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)")
                return "done"
            }
            #expect(result == "done")
            #expect(try database.connect().countRows(in: "t") == 1)
        }
    }

    @Test("of a rehearsal is checked as any other and rolled back", arguments: TestBackend.allCases)
    func rehearsal(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                """
                CREATE TABLE parent (id INTEGER PRIMARY KEY);
                CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)
                """)
            try connection.withMigrationTransaction(isDryRun: true) {
                try connection.execute("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)")
            }
            #expect(try connection.countRows(in: "child") == 0)
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction(isDryRun: true) {
                    try connection.execute("INSERT INTO child VALUES (7)")
                }
            }
            #expect(error.kind == .constraint)
            // The connection is not left in a transaction.
            try connection.withMigrationTransaction { try connection.execute("INSERT INTO parent VALUES (7)") }
        }
    }

    @Test("is rolled back when its body throws: rows, columns and tables", arguments: TestBackend.allCases)
    func rollback(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)")
            let before = try connection.readSchema()
            try thrownError(Stop.self) {
                try connection.withMigrationTransaction {
                    try connection.execute("CREATE TABLE u (n INTEGER); ALTER TABLE t ADD COLUMN m INTEGER")
                    try connection.execute("DELETE FROM t")
                    throw Stop()
                }
            }
            #expect(try connection.readSchema() == before)
            #expect(try connection.countRows(in: "t") == 1)
            // The connection is not left in a transaction.
            try connection.withMigrationTransaction { try connection.execute("DELETE FROM t") }
            #expect(try connection.countRows(in: "t") == 0)
        }
    }

    @Test("is rolled back when a statement fails", arguments: TestBackend.allCases)
    func failure(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER)")
            try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.execute("INSERT INTO t VALUES (1)")
                    try connection.execute("INSERT INTO nothing VALUES (1)")
                }
            }
            #expect(try connection.countRows(in: "t") == 0)
        }
    }

    @Test("waits for another migration no longer than it was told", arguments: TestBackend.allCases, [0, 300])
    func migrationLock(_ backend: TestBackend, _ milliseconds: Int) throws {
        try backend.withDatabase { database in
            let first = try database.connect()
            let second = try database.connect(lockTimeout: .milliseconds(milliseconds))
            try first.withMigrationTransaction {
                try first.execute("CREATE TABLE t (n INTEGER)")
                let duration = try ContinuousClock().measure {
                    let error = try thrownError(DatabaseError.self) {
                        try second.withMigrationTransaction { try second.execute("CREATE TABLE u (n INTEGER)") }
                    }
                    #expect(error.kind == .locked)
                }
                #expect(duration >= .milliseconds(milliseconds))
                #expect(duration < .seconds(5))
            }
            // Once the first is done the second gets its turn.
            try second.withMigrationTransaction { try second.execute("CREATE TABLE u (n INTEGER)") }
        }
    }

    @Test("waits for somebody else's lock no longer than it was told", arguments: TestBackend.allCases, [0, 300])
    func foreignLock(_ backend: TestBackend, _ milliseconds: Int) throws {
        try backend.withDatabase { database in
            let hub = try database.connect()
            try hub.execute("CREATE TABLE t (n INTEGER)")
            try hub.execute(backend == .sqlite ? "BEGIN IMMEDIATE" : "BEGIN")
            try hub.execute("INSERT INTO t VALUES (1)")
            let connection = try database.connect(lockTimeout: .milliseconds(milliseconds))
            let error = try thrownError(DatabaseError.self) {
                try connection.withMigrationTransaction {
                    try connection.execute("ALTER TABLE t ADD COLUMN m INTEGER")
                }
            }
            #expect(error.kind == .locked)
        }
    }

    @Test("is left alone by a read transaction, which sees one moment", arguments: TestBackend.allCases)
    func reading(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            let reader = try database.connect()
            let writer = try database.connect(lockTimeout: .zero)
            try writer.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)")
            try reader.withReadTransaction(of: []) { () throws in
                #expect(try reader.countRows(in: "t") == 1)
                // On SQLite without WAL the writer has to wait for the reader, which is as good.
                _ = try? writer.execute("INSERT INTO t VALUES (2)")
                #expect(try reader.countRows(in: "t") == 1)
            }
            try writer.execute("INSERT INTO t VALUES (3)")
            #expect(try reader.integer("SELECT max(n) FROM t") == 3)
        }
    }

    @Test("leave temporary tables where a look keeps them, and only there", arguments: TestBackend.allCases)
    func keptTables(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            func look(_ table: String, isKept: Bool, failing: Bool = false) throws {
                try connection.withReadTransaction(of: [], isKept: { isKept }) {
                    try connection.execute("CREATE TEMPORARY TABLE \(table) (n INTEGER)")
                    if failing { try connection.execute("SELECT nothing FROM nowhere") }
                }
            }
            try look("kept", isKept: true)
            try look("dropped", isKept: false)
            try thrownError(DatabaseError.self) { try look("failed", isKept: true, failing: true) }
            try connection.withMigrationTransaction {
                try look("kept_inside", isKept: true)
                try look("dropped_inside", isKept: false)
            }
            for table in ["kept", "kept_inside"] { #expect(try connection.countRows(in: table) == 0) }
            for table in ["dropped", "failed", "dropped_inside"] {
                try thrownError(DatabaseError.self) { _ = try connection.countRows(in: table) }
            }
        }
    }

    @Test("go on after a look inside them that failed", arguments: TestBackend.allCases)
    func failedLook(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.withMigrationTransaction {
                try connection.execute(#"CREATE TABLE "t" ("n" INTEGER)"#)
                try thrownError(DatabaseError.self) {
                    try connection.withReadTransaction(of: []) {
                        try connection.execute(#"INSERT INTO "t" VALUES (1)"#)
                        try connection.execute(#"INSERT INTO "nothing" VALUES (1)"#)
                    }
                }
                #expect(try connection.countRows(in: "t") == 0)
                try connection.execute(#"INSERT INTO "t" VALUES (2)"#)
            }
            #expect(try connection.query(#"SELECT "n" FROM "t""#).map { $0[0] } == [2])
        }
    }

    @Test("are not rolled back by an empty copy that is made inside them", arguments: TestBackend.allCases)
    func emptyCopy(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.withMigrationTransaction {
                try connection.execute(#"CREATE TABLE "t" ("n" INTEGER); INSERT INTO "t" VALUES (1)"#)
                try connection.withEmptyCopy { copy in
                    let rows = try copy.countRows(in: "t")
                    #expect(rows == 0)
                }
                #expect(try connection.countRows(in: "t") == 1)
            }
            #expect(try connection.countRows(in: "t") == 1)
        }
    }
}
