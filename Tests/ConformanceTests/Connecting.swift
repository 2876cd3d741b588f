import Foundation
import Logging
import Migrations
import MigrationsPostgreSQL
import MigrationsSQLite
import MigrationsTesting
import Testing

@Suite("Connecting")
struct Connecting {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("to a file that is not a database fails before anything is written")
    func notADatabase() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/notes.txt"
            let text = String(repeating: "This is a text. ", count: 100)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let error = try thrownError(DatabaseError.self) {
                _ = try SQLiteConnection(path: path, mode: .readWrite, logger: logger)
            }
            #expect(error.kind == .notADatabase)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }

    @Test(
        "to a file that is missing fails unless it may be made",
        arguments: [SQLiteConnection.Mode.readOnly, .readWrite])
    func missingFile(_ mode: SQLiteConnection.Mode) throws {
        try withTemporaryFolder { folder in
            let error = try thrownError(DatabaseError.self) {
                _ = try SQLiteConnection(path: "\(folder)/hub.db", mode: mode, logger: logger)
            }
            #expect(error.kind == .unreachable)
            #expect(error.message.contains("\(folder)/hub.db"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/hub.db"))
        }
    }

    @Test("to a file only for reading refuses every write")
    func readOnly() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/hub.db"
            try SQLiteConnection(path: path, mode: .create, logger: logger).execute("CREATE TABLE t (n INTEGER)")
            let connection = try SQLiteConnection(path: path, mode: .readOnly, logger: logger)
            let error = try thrownError(DatabaseError.self) { try connection.execute("INSERT INTO t VALUES (1)") }
            #expect(error.kind == .readOnly)
            #expect(try connection.countRows(in: "t") == 0)
        }
    }

    @Test("to a server that is missing fails")
    func noServer() throws {
        try withTemporaryFolder { folder in
            let error = try thrownError(DatabaseError.self) {
                _ = try PostgresConnection(parameters: ["host": folder, "dbname": "hub"], logger: logger)
            }
            #expect(error.kind == .unreachable)
        }
    }

    @Test("to a database that is missing fails")
    func noDatabase() throws {
        var parameters = try TestServer.fromEnvironment().parameters
        parameters["dbname"] = "no_such_database"
        let error = try thrownError(DatabaseError.self) {
            _ = try PostgresConnection(parameters: parameters, logger: logger)
        }
        #expect(error.kind == .unreachable)
        #expect(error.message.contains("no_such_database"))
    }

    @Test("needs the right password, whatever characters it has, and never tells a wrong one")
    func password() throws {
        let password = #"p@ss/w:rd%20 '"\ é"#
        let server = try TestServer.fromEnvironment()
        let role = "kohaku_test_\(UInt32.random(in: 1...UInt32.max))"
        let administrator = try PostgresConnection(parameters: server.parameters, logger: logger)
        try administrator.execute(
            "CREATE ROLE \(role) LOGIN PASSWORD \(password.quotedLiteral) IN ROLE password_required")
        defer { try? administrator.execute("DROP ROLE \(role)") }

        var parameters = server.parameters
        parameters["user"] = role
        parameters["password"] = password
        let connection = try PostgresConnection(parameters: parameters, logger: logger)
        #expect(try connection.query("SELECT current_user::text").first?[0] == .text(role))

        parameters["password"] = "wr0ng-one"
        let error = try thrownError(DatabaseError.self) {
            _ = try PostgresConnection(parameters: parameters, logger: logger)
        }
        #expect(error.kind == .unreachable)
        #expect(!"\(error)".contains("wr0ng-one"))
    }
}
