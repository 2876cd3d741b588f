import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// `plan --sql`: what a migration executes, to read, and harmless for whoever runs it.
@Suite("plan --sql")
struct PlanSQL {
    /// Runs a script with the database's own program, which goes on after an error unless it is told otherwise.
    private func replay(_ script: String, on hub: Hub) throws {
        let file = hub.command.folder + "/upgrade.sql"
        try script.write(toFile: file, atomically: true, encoding: .utf8)
        switch hub.database {
        case .sqlite(let path): _ = try Program.outcome(of: "sqlite3", [path, ".read \(file)"])
        case .postgresql(let server): _ = try Program.outcome(of: "psql", ["-Xq", "-f", file, server.url])
        }
    }

    @Test("Every pending migration is there by its number", arguments: TestBackend.allCases)
    func everyMigration(_ backend: TestBackend) throws {
        try backend.withHub("v00") { hub in
            let outcome = try hub("plan", "--sql")
            #expect(outcome.status == 0)
            for migration in Catalogue.kohakuHub.migrations {
                #expect(outcome.output.contains("\n-- \(migration.title)\n"))
            }
            #expect(outcome.output.contains(#"CREATE UNIQUE INDEX "user_normalized_name" ON "user""#))
        }
    }

    @Test("Running it by mistake changes nothing", arguments: TestBackend.allCases)
    func runByMistake(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let before = try hub.snapshot()
            try replay(hub("plan", "--sql").output, on: hub)
            let after = try hub.snapshot()
            #expect(after.tables == before.tables)
            #expect(after.contents == before.contents)
        }
    }

    @Test("On a hub without rows it leads to the newest schema", arguments: TestBackend.allCases)
    func withoutRows(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let connection = try hub.database.connect()
            try empty(connection)
            let script = try hub("plan", "--sql").output
            #expect(script.hasSuffix("\n\nROLLBACK;\n"))
            try connection.execute(script.replacing("\n\nROLLBACK;\n", with: "\n\nCOMMIT;\n"))
            try hub.expect(0, "verify")
        }
    }

    @Test("Nothing pending is said in a comment")
    func nothingPending() throws {
        try TestBackend.sqlite.withHub { hub in
            try hub.expect(0, "init")
            #expect(try hub("plan", "--sql").output.hasSuffix("\n-- Nothing to do.\n"))
        }
    }

    @Test("Where not even a copy could be migrated it says what is in the way", arguments: TestBackend.allCases)
    func inTheWay(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            try hub.database.connect().execute("CREATE VIEW confirmationtoken AS SELECT 1 AS one")
            for format in [[], ["--json"]] {
                let outcome = try hub.command.run(["plan", "--sql"] + format)
                #expect(outcome.status == 4)
                #expect((outcome.output + outcome.errors).contains("view confirmationtoken"))
            }
        }
    }

    private func empty(_ connection: any DatabaseConnection) throws {
        for table in try connection.readSchema().tables.keys.sorted() {
            try connection.execute("DELETE FROM \(table.quotedIdentifier)")
        }
    }
}
