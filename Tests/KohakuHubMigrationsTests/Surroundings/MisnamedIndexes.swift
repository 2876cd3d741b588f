import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("Indexes of other names")
struct MisnamedIndexes {
    @Test("get their own, and none is created twice", arguments: TestBackend.allCases, ["v00", "v15"])
    func renamed(_ backend: TestBackend, _ version: String) throws {
        try backend.withDatabase { database in
            try Fixture(version).load(into: database)
            let connection = try database.connect()
            let before = try DatabaseContents(of: connection)
            var count = 0
            for index in try connection.readSchema().tables.values.flatMap(\.indexes) {
                count += 1
                let name = "idx_\(count)_\(index.name)".quotedIdentifier
                if backend == .postgresql {
                    try connection.execute("ALTER INDEX \(index.name.quotedIdentifier) RENAME TO \(name)")
                } else {
                    try connection.execute("DROP INDEX \(index.name.quotedIdentifier)")
                    try connection.execute(index.sql.replacing("INDEX \"\(index.name)\"", with: "INDEX \(name)"))
                }
            }
            #expect(count > 20)
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            let expected = try SchemaLines(version: Upgrade.newest, backend: backend)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(report.mentioned == [])
            if version == "v15" {
                #expect(report.reconciled.count == count)
                #expect(Set(report.reconciled.map(\.kind)) == [.indexName])
                #expect(try DatabaseContents(of: connection) == before)
            }
        }
    }

    @Test("stay the operator's where they order otherwise or are there besides", arguments: TestBackend.allCases)
    func own(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            try connection.execute(
                """
                DROP INDEX "file_sha256"; CREATE INDEX "by_sha" ON "file" ("sha256" DESC);
                CREATE INDEX "by_owner" ON "file" ("owner_id")
                """)
            let report = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            #expect(report.reconciled.map(\.kind) == [.missingIndex])
            #expect(report.mentioned.map(\.name) == ["by_owner", "by_sha"])
        }
    }
}
