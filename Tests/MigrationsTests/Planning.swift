import Migrations
import Synchronization
import Testing

@Suite("The planner")
struct Planning {
    private let migrations = (1...4).map(TestMigration.adding).registered

    private func verdicts(_ schema: Schema) -> [Plan.Verdict] {
        Plan(migrations, on: schema).entries.map(\.verdict)
    }

    @Test("holds every migration for pending when no signature holds")
    func nothing() {
        #expect(verdicts(.withColumns()) == [.pending, .pending, .pending, .pending])
        #expect(Plan(migrations, on: .withColumns()).version == 0)
    }

    @Test("holds the newest one whose signature holds for applied, and what comes after it for pending")
    func applied() {
        #expect(verdicts(.withColumns(1)) == [.applied, .pending, .pending, .pending])
        #expect(Plan(migrations, on: .withColumns(1)).version == 1)
    }

    @Test("holds what is older for superseded, whether its own signature holds or not")
    func superseded() {
        #expect(verdicts(.withColumns(1, 2, 3)) == [.superseded, .superseded, .applied, .pending])
        #expect(verdicts(.withColumns(3)) == [.superseded, .superseded, .applied, .pending])
        #expect(verdicts(.withColumns(1, 4)) == [.superseded, .superseded, .superseded, .applied])
        #expect(Plan(migrations, on: .withColumns(3)).version == 3)
    }

    @Test("orders by number, and runs only what is pending")
    func order() {
        let plan = Plan(migrations, on: .withColumns(2))
        #expect(plan.entries.map(\.migration.number) == [1, 2, 3, 4])
        #expect(plan.pending.map(\.number) == [3, 4])
    }

    @Test("gives the evidence for each verdict")
    func evidence() {
        let entries = Plan(migrations, on: .withColumns(2)).entries
        #expect(
            entries.map(\.evidence) == [
                "superseded by 002: column t.c2 exists",
                "column t.c2 exists",
                "column t.c3 is missing",
                "column t.c4 is missing",
            ])
    }

    @Test("takes a signature that throws for one that does not hold, and warns")
    func throwingSignature() {
        struct Unreadable: Error {}
        var throwing = migrations
        throwing[2].migration = TestMigration(signature: .custom("a riddle") { _ in throw Unreadable() })
        let older = Plan(throwing, on: .withColumns(1, 2, 3))
        #expect(older.entries.map(\.verdict) == [.superseded, .applied, .pending, .pending])
        #expect(older.warnings == ["the signature of 003 change_3 could not be evaluated: Unreadable()"])
        let newer = Plan(throwing, on: .withColumns(4))
        #expect(newer.entries.map(\.verdict) == [.superseded, .superseded, .superseded, .applied])
        #expect(newer.warnings.count == 1)
    }

    @Test("asks each of 1,000 signatures at most twice: whether it holds, and why")
    func thousand() {
        let asked = Mutex([Int: Int]())
        let migrations = (1...1000).map { number in
            TestMigration(
                signature: .custom("change \(number)") { schema in
                    asked.withLock { $0[number, default: 0] += 1 }
                    return schema.has("t", "c\(number)")
                })
        }
        let plan = Plan(migrations.registered, on: .withColumns(500))
        #expect(plan.version == 500)
        #expect(plan.pending.map(\.number) == Array(501...1000))
        let times = asked.withLock { $0 }
        #expect(times.count == 1000)
        #expect(times.values.allSatisfy { $0 <= 2 })
    }

    @Test("of no migrations finds nothing to do")
    func empty() {
        let plan = Plan([], on: .withColumns())
        #expect(plan.entries.isEmpty)
        #expect(plan.version == 0)
    }
}
