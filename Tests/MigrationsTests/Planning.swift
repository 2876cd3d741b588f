import Migrations
import Synchronization
import Testing

@Suite("The planner")
struct Planning {
    private let migrations = (1...4).map(TestMigration.adding).registered

    private func verdicts(_ schema: Schema) -> [MigrationStatus.Verdict] {
        [MigrationStatus](of: migrations, on: schema).map(\.verdict)
    }

    @Test("holds every migration for pending when no signature holds")
    func nothing() {
        #expect(verdicts(.withColumns()) == [.pending, .pending, .pending, .pending])
        #expect([MigrationStatus](of: migrations, on: .withColumns()).version == 0)
    }

    @Test("holds the newest one whose signature holds for applied, and what comes after it for pending")
    func applied() {
        #expect(verdicts(.withColumns(1)) == [.applied, .pending, .pending, .pending])
        #expect([MigrationStatus](of: migrations, on: .withColumns(1)).version == 1)
    }

    @Test("holds what is older for superseded, whether its own signature holds or not")
    func superseded() {
        #expect(verdicts(.withColumns(1, 2, 3)) == [.implied, .implied, .applied, .pending])
        #expect(verdicts(.withColumns(3)) == [.implied, .implied, .applied, .pending])
        #expect(verdicts(.withColumns(1, 4)) == [.implied, .implied, .implied, .applied])
        #expect([MigrationStatus](of: migrations, on: .withColumns(3)).version == 3)
    }

    @Test("orders by number, and runs only what is pending")
    func order() {
        let plan = [MigrationStatus](of: migrations, on: .withColumns(2))
        #expect(plan.map(\.migration.number) == [1, 2, 3, 4])
        #expect(plan.pending.map(\.migration.number) == [3, 4])
    }

    @Test("gives the evidence for each verdict")
    func evidence() {
        let entries = [MigrationStatus](of: migrations, on: .withColumns(2))
        #expect(
            entries.map(\.reason) == [
                "superseded by 002: column t.c2 exists",
                "column t.c2 exists",
                "column t.c3 is missing",
                "column t.c4 is missing",
            ])
    }

    @Test("holds nothing that is newer than a barrier for applied where the barrier's signature does not hold")
    func barrier() {
        var migrations = (1...4).map(TestMigration.adding)
        migrations[1].isBarrier = true
        func statuses(_ schema: Schema) -> [MigrationStatus] {
            [MigrationStatus](of: migrations.registered, on: schema)
        }
        #expect(statuses(.withColumns(1, 3, 4)).map(\.verdict) == [.applied, .pending, .pending, .pending])
        #expect(statuses(.withColumns(1, 3, 4)).last?.reason == "column t.c2 is missing")
        #expect(statuses(.withColumns(2, 3)).map(\.verdict) == [.implied, .implied, .applied, .pending])
        #expect(statuses(.withColumns(2, 3))[2].reason == "column t.c3 exists")
    }

    @Test("takes a signature that throws for one that does not hold, and warns")
    func throwingSignature() {
        struct Unreadable: Error {}
        var throwing = migrations
        throwing[2].migration = TestMigration(signature: .custom("a riddle") { _ in throw Unreadable() })
        let older = [MigrationStatus](of: throwing, on: .withColumns(1, 2, 3))
        #expect(older.map(\.verdict) == [.implied, .applied, .pending, .pending])
        #expect(older.warnings == ["the signature of 003 change_3 could not be evaluated: Unreadable()"])
        let newer = [MigrationStatus](of: throwing, on: .withColumns(4))
        #expect(newer.map(\.verdict) == [.implied, .implied, .implied, .applied])
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
        let plan = [MigrationStatus](of: migrations.registered, on: .withColumns(500))
        #expect(plan.version == 500)
        #expect(plan.pending.map(\.migration.number) == Array(501...1000))
        let times = asked.withLock { $0 }
        #expect(times.count == 1000)
        #expect(times.values.allSatisfy { $0 <= 2 })
    }

    @Test("of no migrations finds nothing to do")
    func empty() {
        let plan = [MigrationStatus](of: [], on: .withColumns())
        #expect(plan.isEmpty)
        #expect(plan.version == 0)
    }
}
