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

    /// Runs a test on a new database of the server, empty or a copy of another one, and drops it afterwards.
    func withDatabase<Result>(copying original: String? = nil, _ body: (TestServer) throws -> Result) throws -> Result {
        let database = try newDatabase(copying: original)
        defer { try? database.drop() }
        return try body(database)
    }

    /// Makes a database, empty or a copy of another one that nobody is connected to.
    func newDatabase(copying original: String? = nil) throws -> TestServer {
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        let new = try database("kohaku_test_\(ProcessInfo.processInfo.processIdentifier)_\(number)")
        if original == nil, let spare = Self.spares.withLock({ $0.popLast() }) {
            try Self.administrator().execute("ALTER DATABASE \(spare) RENAME TO \(new.name)")
        } else {
            try new.create(copying: original ?? "template1")
        }
        return new
    }

    /// Puts a copy of another database in the place of this one, which is empty. Nobody may be connected to either.
    func become(copyOf original: TestServer) throws {
        // A new name costs next to nothing beside hundreds of files.
        let spare = "spare_\(name)"
        try Self.administrator().execute("ALTER DATABASE \(name) RENAME TO \(spare)")
        Self.spares.withLock { $0.append(spare) }
        try create(copying: original.name)
    }

    /// Drops the empty databases that no test needs.
    static func dropSpares() throws {
        for spare in spares.withLock({ $0 }) { try fromEnvironment().database(spare).drop() }
    }

    /// Drops the database, and ends whoever is connected to it.
    func drop() throws {
        try Self.administrator().execute("DROP DATABASE \(name) WITH (FORCE)")
    }

    /// The name of the database.
    var name: String { parameters["dbname"] ?? "" }

    /// Copying files costs less than writing each page to the log.
    private func create(copying original: String) throws {
        try Self.administrator().execute("CREATE DATABASE \(name) TEMPLATE \(original) STRATEGY file_copy")
    }

    private static func administrator() throws -> PostgresConnection {
        try PostgresConnection(
            parameters: fromEnvironment().parameters,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let counter = Atomic(0)
    /// The names of empty databases, of which tests made a copy of another one instead.
    private static let spares = Mutex<[String]>([])
}
