import Migrations
import MigrationsTesting

/// Which schema a small hub has, and by which way it came to it.
enum HubShape: String, Sendable, CaseIterable {
    /// Version 7 as the application makes it.
    case v7
    /// Version 7 made of an older one by the application's own scripts: counters may be NULL, and no full id is shared.
    case upgraded
    /// The first version.
    case v0

    /// The real database whose schema it is.
    var fixture: Fixture {
        switch self {
        case .v7: Fixture("v07")
        case .upgraded: Fixture("v07upgraded")
        case .v0: Fixture("v00")
        }
    }

    /// Whether several repositories may share a full id, and one user be in an organization twice.
    var allowsDuplicates: Bool { self == .v7 }

    /// Whether counters may be NULL.
    var allowsUncounted: Bool { self == .upgraded }

    func has(table: String) -> Bool {
        self != .v0 || !["commit", "invitation", "lfsobjecthistory", "sshkey"].contains(table)
    }

    func has(column: String) -> Bool {
        self != .v0
            || !column.hasSuffix("_bytes")
                && !["full_name", "bio", "website", "social_media", "avatar", "avatar_updated_at"].contains(column)
    }

    /// Runs a test with an empty database of this schema, to be copied.
    func withTemplate<Result>(_ backend: TestBackend, _ body: (TestDatabase) throws -> Result) throws -> Result {
        try backend.withDatabase { database in
            try fixture.load(into: database)
            try empty(database)
            return try body(database)
        }
    }

    private func empty(_ database: TestDatabase) throws {
        let connection = try database.connect()
        let tables = try connection.readSchema().tables.keys.map(\.quotedIdentifier)
        switch database.backend {
        case .sqlite:
            try connection.execute("PRAGMA foreign_keys = OFF")
            for table in tables { try connection.execute("DELETE FROM \(table)") }
        case .postgresql:
            try connection.execute("TRUNCATE \(tables.joined(separator: ", ")) RESTART IDENTITY")
        }
    }
}
