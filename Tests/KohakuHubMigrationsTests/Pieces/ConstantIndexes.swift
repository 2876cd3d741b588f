import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("The indexes on text constants that table creation left in stuck databases")
struct ConstantIndexes {
    @Test(
        "are found by reading the schema",
        arguments: [
            ("a_v02_headinit_norows", 12), ("a_v07_oneuser_headinit", 20), ("b_v07_008failed_headinit", 9),
            ("c_v05_headrunner_norows", 20), ("c_v08_headrunner", 1), ("z_v07_clean", 0),
        ])
    func found(_ fixture: String, _ count: Int) throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("Mixed/\(fixture)").load(into: database)
            let connection = try database.connect()
            let schema = try connection.readSchema()
            let constant = schema.tables.values.flatMap(\.indexes).filter(\.hasConstant)
            #expect(constant.count == count)
            // SQLite's own word for them: a key column that has no name.
            let unnamed = try connection.query(
                """
                SELECT DISTINCT i.name FROM sqlite_schema AS i, pragma_index_info(i.name) AS k
                WHERE i.type = 'index' AND k.name IS NULL ORDER BY i.name
                """)
            #expect(constant.map(\.name).sorted() == unnamed.compactMap { $0[0].text })
        }
    }
}
