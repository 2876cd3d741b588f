import Foundation
import MigrationsTesting

/// A real database of a KohakuHub version, kept as a compressed dump of each backend.
struct Fixture: Sendable, Hashable, CustomStringConvertible {
    /// Its name: `v07`, `v07upgraded`, `Mixed/b_v07_008failed`.
    var name: String

    init(_ name: String) {
        self.name = name
    }

    /// The newest fixture of a schema version or an older one: not every version changed the schema.
    init(version: Int) {
        let versions = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        let newest = versions.last { $0 <= version } ?? 0
        name = "v" + (newest < 10 ? "0" : "") + String(newest)
    }

    var description: String { name }

    /// Loads it into an empty database.
    func load(into database: TestDatabase) throws {
        try database.load(Self.path("Databases/\(name).\(database.backend.rawValue).sql.gz"))
    }

    /// The path of a file of `Fixtures/`.
    static func path(_ file: String) -> String {
        Bundle.module.bundleURL.appending(path: "Fixtures/\(file)").path()
    }

    /// The JSON of a file of `Fixtures/`.
    static func json<Value: Decodable>(_ file: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path(file))))
    }
}
