import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// The application made some tables at start, without a migration, so a hub of any version may lack them.
@Suite("A hub that lacks a table which the application created at startup")
struct MissingTables {
    @Test(
        "is upgraded as others are", arguments: TestBackend.allCases,
        [("v03", "lfsobjecthistory"), ("v05", "sshkey"), ("v07", "lfsobjecthistory"), ("v07", "sshkey")])
    func upgraded(_ backend: TestBackend, _ hub: (fixture: String, table: String)) throws {
        try backend.withDatabase { database in
            try Fixture(hub.fixture).load(into: database)
            let connection = try database.connect()
            try connection.execute("DROP TABLE \(hub.table)")
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)
            #expect(try connection.countRows(in: hub.table) == 0)
        }
    }
}
