import Foundation
import Migrations
import Synchronization

extension TestDatabase {
    /// Loads a compressed dump, as the database's own tools write it, into the database.
    ///
    /// It is read once in a process and copied from then on: the database has to be empty, and nobody may be connected.
    public func load(_ dump: String) throws {
        try become("\(backend): \(dump)") { template in
            switch template {
            case .sqlite:
                try template.connect().execute(Program.run("gzip", "--decompress", "--stdout", dump))
            case .postgresql(let server):
                // The dump's COPY … FROM stdin is understood by psql only.
                try Program.run(
                    "bash", "-c",
                    #"set -o pipefail; gzip --decompress --stdout "$0" | psql -Xqv ON_ERROR_STOP=1 "$1" > /dev/null"#,
                    dump, server.url)
            }
        }
    }

    /// Makes the database, which has to be empty and which nobody may be connected to, a copy of another one.
    /// - Parameters:
    ///   - name: What the other one is called in this process, on both backends.
    ///   - make: Fills the other one, which is empty, when it is asked for the first time.
    public func become(_ name: String, madeBy make: (TestDatabase) throws -> Void) throws {
        switch self {
        case .sqlite(let path):
            let file = try Self.files.value(of: name) {
                try withTemporaryFolder { folder in
                    let template = "\(folder)/hub.db"
                    try make(.sqlite(path: template))
                    return try Data(contentsOf: URL(filePath: template))
                }
            }
            try file.write(to: URL(filePath: path), options: .withoutOverwriting)
        case .postgresql(let server):
            let template = try Self.templates.value(of: name) {
                let template = try TestServer.fromEnvironment().newDatabase()
                Self.dropAtExit(template)
                try make(.postgresql(template))
                return template
            }
            try server.become(copyOf: template)
        }
    }

    /// The bytes of SQLite's files, and PostgreSQL's databases that nobody is connected to.
    private static let files = OncePerKey<String, Data>()
    private static let templates = OncePerKey<String, TestServer>()

    /// A server that outlives the tests must not keep their databases.
    private static func dropAtExit(_ template: TestServer) {
        let isFirst = dropped.withLock { dropped in
            dropped.append(template)
            return dropped.count == 1
        }
        guard isFirst else { return }
        atexit {
            for template in TestDatabase.dropped.withLock({ $0 }) { try? template.drop() }
            try? TestServer.dropSpares()
        }
    }

    private static let dropped = Mutex<[TestServer]>([])
}
