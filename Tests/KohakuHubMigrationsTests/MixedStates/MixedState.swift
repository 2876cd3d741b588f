import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Synchronization

/// A database that older upgrades left between two versions.
struct MixedState: Sendable, Hashable, CustomStringConvertible {
    var backend: TestBackend
    var fixture: Fixture

    var description: String { "\(backend): \(fixture)" }

    /// Every one that is kept, by its file.
    static let all = TestBackend.allCases.flatMap { backend in
        let suffix = ".\(backend.rawValue).sql.gz"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.path("Databases/Mixed"))) ?? []
        return files.filter { $0.hasSuffix(suffix) }.sorted().map {
            MixedState(backend: backend, fixture: Fixture("Mixed/\($0.dropLast(suffix.count))"))
        }
    }

    /// Whether 008 was begun in it and not finished, so that only a repair goes on.
    var isHalfDone: Bool {
        let name = fixture.name.dropFirst("Mixed/".count)
        if name.hasPrefix("b_") { return true }
        return backend == .postgresql && ["c_v00", "c_v02", "c_v05", "c_v07"].contains { name.hasPrefix($0) }
    }

    /// Hands over the database.
    func withDatabase<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        try backend.withDatabase { database in
            try fixture.load(into: database)
            return try body(database)
        }
    }
}
