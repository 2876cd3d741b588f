import Foundation
import Logging
import MigrationsPostgreSQL
import Synchronization

/// A PostgreSQL server that tests may make databases on, or one database of it.
public struct TestServer: Sendable {
    /// The URL, in libpq's form.
    public var url: String
    /// The same as libpq's keywords.
    public var parameters: [String: String]

    /// The server that the environment names.
    /// - Throws: An error that says how to get one. Tests without a server fail: skipping them would hide them.
    public static func fromEnvironment() throws -> TestServer {
        guard let url = ProcessInfo.processInfo.environment["KOHAKU_TEST_POSTGRES"] else {
            throw TestSupportError(
                "KOHAKU_TEST_POSTGRES names no PostgreSQL server. 'make test' starts one; so does "
                    + "'Scripts/with-postgres swift test'.")
        }
        return try TestServer(url: url)
    }

    init(url: String) throws {
        guard let components = URLComponents(string: url) else {
            throw TestSupportError("KOHAKU_TEST_POSTGRES is not a URL: \(url)")
        }
        self.url = url
        parameters = ["dbname": String(components.path.dropFirst())]
        parameters["user"] = components.user
        parameters["password"] = components.password
        parameters["host"] = components.host
        parameters["port"] = components.port.map(String.init)
        for item in components.queryItems ?? [] { parameters[item.name] = item.value }
        parameters = parameters.filter { !$0.value.isEmpty }
    }

    /// The same server, another database.
    func database(_ name: String) throws -> TestServer {
        var components = URLComponents(string: url)
        components?.path = "/\(name)"
        return try TestServer(url: components?.string ?? url)
    }

    /// Runs a test on a new database of the server and drops it afterwards.
    /// - Parameter original: A database that the new one is a copy of.
    func withDatabase<Result>(
        like original: TestServer? = nil, _ body: (TestServer) throws -> Result
    ) throws -> Result {
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        let name = "kohaku_test_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try PostgresConnection(parameters: parameters, logger: logger)
        let template = (original?.parameters["dbname"]).map { " TEMPLATE \($0)" } ?? ""
        try server.execute("CREATE DATABASE \(name)\(template)")
        defer { try? server.execute("DROP DATABASE \(name) WITH (FORCE)") }
        return try body(database(name))
    }

    private static let counter = Atomic(0)
}
