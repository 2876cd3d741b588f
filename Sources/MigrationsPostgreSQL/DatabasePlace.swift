import CLibPQ
import Migrations

/// The database that libpq means by parameters, with what it adds itself: of the environment, of a service, and by default.
struct DatabasePlace {
    let name: String
    let host: String
    let port: String

    /// - Parameter parameters: libpq's keywords for a database, which may be missing.
    /// - Throws: ``Migrations/DatabaseError`` when they name none.
    init(of parameters: [String: String]) throws {
        let libpq = try LibPQ.installed.get()
        // The answer of the server is not waited for.
        let connection = PostgresConnection.withKeywords(parameters) { libpq.PQconnectStartParams($0, $1, 0) }
        defer { libpq.PQfinish(connection) }
        guard let connection else { throw DatabaseError(.other, "out of memory") }
        self.init(of: connection, libpq)
        guard !name.isEmpty else { throw DatabaseError(.unreachable, libpq.errorMessage(of: connection)) }
    }

    init(of connection: OpaquePointer, _ libpq: LibPQ) {
        func text(_ value: UnsafeMutablePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        name = text(libpq.PQdb(connection))
        host = text(libpq.PQhost(connection))
        port = text(libpq.PQport(connection))
    }

    func backupNames(in folder: String?) -> BackupNames {
        BackupNames(of: name, identity: "\(host):\(port)/\(name)", in: folder)
    }
}
