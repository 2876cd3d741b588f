import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// A hub of a version on SQLite, as pgloader brought it to PostgreSQL.
struct PgloaderHub: Sendable, CustomStringConvertible {
    var version: String
    /// Whether pgloader itself converts the SQLite fixture; otherwise it is a dump of what it made once.
    var isLive: Bool

    var description: String { isLive ? "\(version), converted now" : version }

    private static let versions = ["v00", "v03", "v07", "v08", "v12", "v15"]
    private static let isInstalled = (try? Program.outcome(of: "pgloader", ["--version"]).status) == 0

    /// The recorded ones, and where pgloader is installed those that it makes.
    static let all =
        versions.map { PgloaderHub(version: $0, isLive: false) }
        + (isInstalled ? ["v00", "v07", "v15"] : []).map { PgloaderHub(version: $0, isLive: true) }

    func load(into database: TestDatabase) throws {
        guard isLive, case .postgresql(let server) = database else {
            return try Fixture("Pgloader/\(version)").load(into: database)
        }
        try TestBackend.sqlite.withDatabase { source in
            try Fixture(version).load(into: source)
            guard case .sqlite(let path) = source else { return }
            let parameters = server.parameters
            let host = parameters["host"] ?? ""
            try Program.run(
                "pgloader", path,
                "postgresql://\(parameters["user"] ?? "")@\(host.hasPrefix("/") ? "unix:" : "")\(host)"
                    + ":\(parameters["port"] ?? "5432")/\(parameters["dbname"] ?? "")")
        }
    }

    /// What an upgrade of the same hub leads to that always was on PostgreSQL.
    func expectedContents() throws -> DatabaseContents {
        if version == "v15" {
            return try TestBackend.postgresql.withDatabase { database in
                try Fixture(version).load(into: database)
                return try DatabaseContents(of: database.connect())
            }
        }
        return try Upgrade(backend: .postgresql, fixture: Fixture(version), target: Upgrade.newest).outcome().after
    }
}

@Suite("Hubs that came by pgloader")
struct PgloaderHubs {
    @Test("reach the newest schema by a run, each index once, and keep every value", arguments: PgloaderHub.all)
    func run(_ hub: PgloaderHub) throws {
        try check(hub) { _ = try $0.run(to: .newest) }
    }

    @Test(
        "reach it by a repair",
        arguments: ["v07", "v15"].map { PgloaderHub(version: $0, isLive: false) })
    func repair(_ hub: PgloaderHub) throws {
        try check(hub) { _ = try $0.repair() }
    }

    private func check(_ hub: PgloaderHub, _ body: (Runner) throws -> Void) throws {
        try TestBackend.postgresql.withDatabase { database in
            try hub.load(into: database)
            let connection = try database.connect()
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            try body(runner)
            let expected = try SchemaLines(version: Upgrade.newest, backend: .postgresql)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(try doubledIndexes(connection) == 0)
            #expect(try connection.exhaustedSequences() == [])
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            let (after, reference) = (try DatabaseContents(of: connection), try hub.expectedContents())
            #expect(after.rowCounts == reference.rowCounts)
            for table in reference.tables.keys where table != Quarantine.kohakuHub.table {
                #expect(after[table] == reference[table], "\(table)")
            }
            #expect(places(after) == places(reference))
            #expect(try runner.run(to: .newest).isUnchanged)
        }
    }

    /// Which rows are in quarantine, and why.
    private func places(_ contents: DatabaseContents) -> Set<[DatabaseValue?]> {
        Set(contents[Quarantine.kohakuHub.table].map { [$0["source_table"], $0["source_id"], $0["reason"]] })
    }

    private func doubledIndexes(_ connection: any DatabaseConnection) throws -> Int64 {
        try connection.integer(
            """
            SELECT count(*) FROM (
                SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
                WHERE c.relnamespace = 'public'::regnamespace
                GROUP BY indrelid, indkey::text, indisunique HAVING count(*) > 1) AS doubled
            """)
    }
}
