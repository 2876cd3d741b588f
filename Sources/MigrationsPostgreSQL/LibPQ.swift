import CLibPQ
import Migrations

extension LibPQ {
    /// The system's library, loaded for the first connection. An application that opens only SQLite files needs none.
    static let installed = Result { try LibPQ(loading: fileName) }

    #if canImport(Darwin)
        private static let fileName = "libpq.5.dylib"
    #else
        private static let fileName = "libpq.so.5"
    #endif

    /// Loads a library, which stays loaded.
    /// - Throws: ``Migrations/DatabaseError`` that says what is missing and where to get it.
    init(loading name: String) throws {
        self.init()
        guard let library = dlopen(name, RTLD_LAZY | RTLD_LOCAL) else {
            throw Self.missing(dlerror().map { String(cString: $0) } ?? name)
        }
        if let function = libpq_find_functions(library, &self) {
            throw Self.missing("\(name) has no function \(String(cString: function))")
        }
    }

    /// Its version, such as 15.14.
    var version: String {
        let version = PQlibVersion()
        return "\(version / 10_000).\(version % 10_000)"
    }

    /// What libpq says of a connection's last failure.
    func errorMessage(of connection: OpaquePointer) -> String {
        PQerrorMessage(connection).map { String(cString: $0) } ?? ""
    }

    private static func missing(_ reason: String) -> DatabaseError {
        DatabaseError(
            .libraryMissing, "libpq, the library that connects to PostgreSQL, cannot be loaded: \(reason)",
            details: ["On Debian and Ubuntu it is the package libpq5."])
    }
}

extension PostgresConnection {
    /// The version of the system's libpq; `nil` where it cannot be loaded.
    public static var libraryVersion: String? { try? LibPQ.installed.get().version }
}
