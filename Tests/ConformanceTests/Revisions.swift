import Migrations
import MigrationsTesting
import Testing

@Suite("Whether rows have changed since a look")
struct Revisions {
    /// What another session does between the look and the change, and whether that changes rows.
    private static let changes: [(sql: String, isChange: Bool)] = [
        ("SELECT 1", false),
        ("BEGIN; INSERT INTO t VALUES (4, 'd'); ROLLBACK", false),
        ("INSERT INTO t VALUES (4, 'd')", true),
        ("UPDATE t SET name = 'z' WHERE id = 2", true),
        ("DELETE FROM t WHERE id = 2", true),
        ("DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (2, 'b')", true),
        ("DELETE FROM u", true),
        ("BEGIN; SAVEPOINT s; INSERT INTO t VALUES (4, 'd'); RELEASE s; DELETE FROM t WHERE id = 1; COMMIT", true),
        (
            "DROP TABLE t; CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
            true
        ),
    ]
    private static let changesOfServer = [
        "UPDATE t SET name = name",
        "TRUNCATE t; INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "ALTER TABLE t ALTER name TYPE TEXT USING upper(name)",
        "BEGIN; TRUNCATE t; COPY t FROM PROGRAM 'printf \"1\\ta\\n2\\tb\\n3\\tc\\n\"' WITH (FREEZE); COMMIT",
    ]

    private static func withTables(
        _ backend: TestBackend, _ body: (_ look: any DatabaseConnection, _ other: any DatabaseConnection) throws -> Void
    ) throws {
        try backend.withDatabase { database in
            let other = try database.connect()
            try other.execute(
                """
                CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
                CREATE TABLE u (id INTEGER); INSERT INTO u VALUES (1)
                """)
            try body(database.connect(), other)
        }
    }

    private static func isUnchanged(
        _ connection: any DatabaseConnection, after change: () throws -> Void
    ) throws -> Bool {
        let tables = ["t", "u"]
        let revision = try #require(
            try connection.withReadTransaction(of: tables) { try connection.revision(of: tables) })
        try change()
        return try connection.withMigrationTransaction(locking: tables) {
            try connection.isUnchanged(tables, since: revision)
        }
    }

    @Test("is told after whatever another session did", arguments: TestBackend.allCases, changes)
    func changed(_ backend: TestBackend, _ change: (sql: String, isChange: Bool)) throws {
        try Self.withTables(backend) { look, other in
            let isUnchanged = try Self.isUnchanged(look) { try other.execute(change.sql) }
            #expect(isUnchanged != change.isChange)
        }
    }

    @Test("is told after what only a server does", arguments: changesOfServer)
    func changedOnServer(_ change: String) throws {
        try Self.withTables(.postgresql) { look, other in
            let isUnchanged = try Self.isUnchanged(look) { try other.execute(change) }
            #expect(!isUnchanged)
        }
    }

    @Test("is told of ids that were assigned to no row on a server")
    func assignedIDs() throws {
        try Self.withTables(.postgresql) { look, other in
            try other.execute("CREATE TABLE s (id SERIAL); INSERT INTO s DEFAULT VALUES")
            let isUnchanged = try Self.isUnchanged(look) {
                try other.execute("BEGIN; INSERT INTO s DEFAULT VALUES; ROLLBACK")
            }
            #expect(!isUnchanged)
        }
    }

    @Test("is not asked where an event trigger would see what is kept")
    func eventTriggers() throws {
        try Self.withTables(.postgresql) { look, other in
            try other.execute(
                """
                CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER noting ON ddl_command_end EXECUTE FUNCTION note()
                """)
            #expect(try look.withReadTransaction(of: ["t"]) { try look.revision(of: ["t"]) } == nil)
        }
    }

    @Test("is told when the change had begun before the look", arguments: TestBackend.allCases)
    func begunBefore(_ backend: TestBackend) throws {
        try Self.withTables(backend) { look, other in
            try other.execute("BEGIN; UPDATE t SET name = 'z' WHERE id = 2")
            let isUnchanged = try Self.isUnchanged(look) { try other.execute("COMMIT") }
            #expect(!isUnchanged)
        }
    }

    @Test("is told of a change of its own", arguments: TestBackend.allCases)
    func own(_ backend: TestBackend) throws {
        try Self.withTables(backend) { look, _ in
            let isUnchanged = try Self.isUnchanged(look) {
                try look.withMigrationTransaction(locking: ["t"]) { try look.execute("UPDATE t SET name = 'z'") }
            }
            #expect(!isUnchanged)
        }
    }

    @Test("is not told from other databases and temporary tables on a server")
    func elsewhere() throws {
        try Self.withTables(.postgresql) { look, other in
            let isUnchanged = try Self.isUnchanged(look) {
                try other.execute("CREATE TABLE elsewhere (n INTEGER); INSERT INTO elsewhere VALUES (1)")
                try look.execute("CREATE TEMPORARY TABLE own (n INTEGER); INSERT INTO own VALUES (1)")
            }
            #expect(isUnchanged)
        }
    }
}
