import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A repair of a mixed database")
struct Repairs {
    /// The database is killed while it is repaired. All that a repair writes is in one transaction, and what SQLite and
    /// PostgreSQL make of a transaction that is killed anywhere is proved by the killed runs.
    @Test(
        """
        says beforehand what it does, leaves the database as it was when it is killed, loses no row, ends at the newest \
        schema, and is not needed twice
        """, arguments: MixedState.all)
    func repaired(_ state: MixedState) throws {
        try state.withDatabase { database in
            let before = try DatabaseContents(of: database.connect())
            let dump = try LogicalDump(of: database)

            var statements: [String] = []
            let foretold = try dryRun(on: database) { statements.append($0) }
            #expect(try LogicalDump(of: database).differences(from: dump) == [])

            let fatal = try #require(FatalStatements(statements, endedBy: "ROLLBACK"))
            for place in [fatal.halfWay, fatal.commit] {
                let killed = try Program.outcome(
                    of: BuiltProgram.crashProbe, [database.url, "repair", String(place + 1)])
                try #require(killed.status == SIGKILL, "\(killed)")
                try #require(try LogicalDump(of: database).differences(from: dump) == [])
            }

            let connection = try database.connect()
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let report = try runner.repair()
            let after = try DatabaseContents(of: connection)
            let expected = try SchemaLines(version: Upgrade.newest, backend: state.backend)
            #expect(try SchemaLines(of: connection).differences(from: expected) == [])
            #expect(Conservation(before: before, after: after).violations == [])
            #expect(try connection.brokenReferences() == [])
            #expect(try connection.integrity() == "ok")
            #expect(try connection.exhaustedSequences() == [])
            #expect(try Assessment(of: connection, catalogue: .kohakuHub, isThorough: true).isExact)

            #expect(foretold.migrations.flatMap(\.tables) == report.migrations.flatMap(\.tables))
            #expect(foretold.reconciled == report.reconciled)
            #expect(report.migrations.flatMap(\.tables).filter { !$0.isConserved } == [])

            #expect(try runner.repair().isUnchanged)
            #expect(try runner.run(to: .newest).isUnchanged)
            #expect(try DatabaseContents(of: connection) == after)
        }
    }

    private func dryRun(on database: TestDatabase, onStatement: @escaping (String) -> Void) throws -> RunReport {
        let connection = try database.connect()
        connection.onStatement = onStatement
        let runner = Runner(catalogue: .kohakuHub, connection: connection)
        return try runner.execute(runner.plan(for: .repair(isDryRun: true)))
    }

    @Test(
        "is what a run does by itself, unless 008 is half done: then it stops and changes nothing",
        arguments: MixedState.all)
    func run(_ state: MixedState) throws {
        try state.withDatabase { database in
            let connection = try database.connect()
            let runner = Runner(catalogue: .kohakuHub, connection: connection)
            let before = try DatabaseContents(of: connection)
            let dump = try LogicalDump(of: connection)
            let assessment = try Assessment(of: connection, catalogue: .kohakuHub)
            if state.isHalfDone {
                let error = try thrownError(MigrationError.self) { _ = try runner.run(to: .newest) }
                #expect(error.code == .schemaDiffers)
                #expect(error.message.contains("008 foreignkey_refactoring"))
                #expect(error.nextStep?.contains("kohaku-migrate repair") == true)
                #expect(try LogicalDump(of: connection).differences(from: dump) == [])
                #expect(assessment.word == "mixed")
            } else {
                _ = try runner.run(to: .newest)
                let expected = try SchemaLines(version: Upgrade.newest, backend: state.backend)
                #expect(try SchemaLines(of: connection).differences(from: expected) == [])
                #expect(try Conservation(before: before, after: DatabaseContents(of: connection)).violations == [])
                #expect(try connection.integrity() == "ok")
                #expect(["older", "differing"].contains(assessment.word) && assessment.isPending)
            }
        }
    }

    @Test("asks for consent, and does nothing without it", arguments: TestBackend.allCases)
    func refused(_ backend: TestBackend) throws {
        try MixedState(backend: backend, fixture: Fixture("Mixed/b_v07_008failed")).withDatabase { database in
            let connection = try database.connect()
            let dump = try LogicalDump(of: connection)
            let runner = Runner(catalogue: .kohakuHub, connection: connection, consent: { _, _ in false })
            let error = try thrownError(MigrationError.self) { _ = try runner.repair() }
            #expect(error.code == .consentRequired)
            #expect(try LogicalDump(of: connection).differences(from: dump) == [])
        }
    }

    @Test("leaves a healthy database alone", arguments: TestBackend.allCases)
    func healthy(_ backend: TestBackend) throws {
        try backend.withDatabase { database in
            try Fixture("v15").load(into: database)
            let connection = try database.connect()
            let runner = Runner(
                catalogue: .kohakuHub, connection: connection,
                consent: { _, _ in
                    Issue.record("there is nothing to agree to")
                    return true
                })
            try connection.execute(
                #"CREATE TABLE "badge" ("id" INTEGER PRIMARY KEY); ALTER TABLE "user" ADD COLUMN "note" TEXT"#)
            #expect(try runner.repair().isUnchanged)
        }
    }
}
