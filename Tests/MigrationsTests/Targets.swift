import Migrations
import Testing

@Suite("How far a run goes")
struct Targets {
    private func pending(_ schema: Schema, _ target: Target) throws -> [Int] {
        try [MigrationStatus](of: (1...4).map(TestMigration.adding).registered, on: schema)
            .pending(for: target).map(\.migration.number)
    }

    @Test("to the newest: all that is pending")
    func newest() throws {
        #expect(try pending(.withColumns(1), .newest) == [2, 3, 4])
        #expect(try pending(.withColumns(4), .newest) == [])
    }

    @Test("up to a number: that one included, and no newer one")
    func upTo() throws {
        #expect(try pending(.withColumns(), .upTo(3)) == [1, 2, 3])
        #expect(try pending(.withColumns(2), .upTo(3)) == [3])
        #expect(try pending(.withColumns(3), .upTo(3)) == [])
    }

    @Test("never back")
    func back() throws {
        let error = try #require(throws: MigrationError.self) { try pending(.withColumns(3), .upTo(2)) }
        #expect(error.code == .usage)
        #expect(error.message == "the database is at version 003 already, above the target 002")
        #expect(error.nextStep?.contains("restore a backup") == true)
    }

    @Test("just one: the next, or one that is there already, which is nothing to do")
    func only() throws {
        #expect(try pending(.withColumns(2), .only(3)) == [3])
        #expect(try pending(.withColumns(2), .only(2)) == [])
        #expect(try pending(.withColumns(2), .only(1)) == [])
    }

    @Test("not just one while an older one is pending")
    func onlyTooNew() throws {
        let error = try #require(throws: MigrationError.self) { try pending(.withColumns(1), .only(4)) }
        #expect(error.code == .usage)
        #expect(error.message == "migration 004 change_4 cannot run before 002 change_2, which is pending")
        #expect(error.nextStep?.contains("Run 002 first") == true)
    }

    @Test("to no number that does not exist", arguments: [Target.upTo(5), .only(5), .upTo(0), .only(0), .only(-1)])
    func unknown(_ target: Target) throws {
        let error = try #require(throws: MigrationError.self) { try pending(.withColumns(1), target) }
        #expect(error.code == .usage)
        #expect(error.nextStep?.contains("from 001 to 004") == true)
    }
}
