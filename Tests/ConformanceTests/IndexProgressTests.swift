import Logging
import Migrations
import MigrationsPostgreSQL
import MigrationsTesting
import Testing

/// A second session tells how far the server is with an index.
@Suite("The progress of an index")
struct IndexProgressTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Builds an index that takes some seconds: each row of a hundred pages waits in its expression.
    private func build(_ connection: any DatabaseConnection) throws -> [Activity] {
        try connection.execute(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, padding TEXT);
            ALTER TABLE t ALTER COLUMN padding SET STORAGE PLAIN;
            INSERT INTO t SELECT n, repeat('x', 4000) FROM generate_series(1, 200) AS n;
            CREATE FUNCTION slow(INTEGER) RETURNS INTEGER IMMUTABLE LANGUAGE plpgsql
                AS 'BEGIN PERFORM pg_sleep(0.015); RETURN $1; END'
            """)
        var seen: [Activity] = []
        connection.observer = ActivityObserver { seen.append($0) }
        connection.begin(.indexing(1, of: 1), of: "t", in: "a change")
        try connection.execute("CREATE INDEX t_slow ON t (slow(id))")
        return seen
    }

    @Test("is told in bytes while the table is read, inside a transaction as well")
    func told() throws {
        try TestBackend.postgresql.withConnection { connection in
            let seen = try connection.withMigrationTransaction { try build(connection) }
            let measured = seen.filter { $0.total != nil }
            #expect(measured.count > 3)
            #expect(measured.allSatisfy { $0.unit == .bytes && $0.total == 100 * 8192 && $0.table == "t" })
            let done = measured.compactMap(\.done)
            #expect(done == done.sorted() && Set(done).count > 3)
        }
    }

    @Test("is not told where the role has no second connection, and nothing else changes")
    func alone() throws {
        try TestBackend.postgresql.withDatabase { database in
            guard case .postgresql(let server) = database else { return }
            let role = "alone_\(server.parameters["dbname"] ?? "")"
            let administrator = try database.connect()
            try administrator.execute(
                "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1; GRANT CREATE ON SCHEMA public TO \(role)")
            defer { try? administrator.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
            let seen = try build(
                PostgresConnection(parameters: server.parameters.merging(["user": role]) { $1 }, logger: Self.logger))
            #expect(seen.count > 10)
            #expect(seen.allSatisfy { $0.total == nil && $0.phase == .indexing(1, of: 1) })
        }
    }
}
