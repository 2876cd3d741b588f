import Migrations
import MigrationsTesting
import Testing

@Suite("An observer")
struct Observing {
    @Test("is told each step of a rewrite, with the rows", arguments: TestBackend.allCases)
    func rewrite(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(connection.dialect.spelling("CREATE TABLE t (id {id}, n INTEGER)"))
            try connection.execute("INSERT INTO t (n) VALUES (1), (2), (NULL)")
            var seen: [Activity] = []
            connection.observer = ActivityObserver { seen.append($0) }
            try connection.withMigrationTransaction(locking: ["t"]) {
                let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 1)
                try context.rewrite([
                    TableRewrite(
                        "t", columns: #""id" {id}"# + "\n" + #""n" INTEGER NOT NULL"#,
                        indexes: #"CREATE INDEX "t_n" ON "t" ("n")"# + "\n"
                            + #"CREATE INDEX "t_n_id" ON "t" ("n", "id")"#,
                        quarantine: [.rows(without: "n")])
                ])
            }
            let steps = seen.filter { $0.table == "t" }
            // PostgreSQL builds that of the primary key of a new table as well.
            let indexes = backend == .sqlite ? 2 : 3
            #expect(
                steps.map(\.phase).prefix(2 + indexes)
                    == [.checking, .copying] + (1...indexes).map { .indexing($0, of: indexes) })
            #expect(steps.last?.phase == .proving)
            #expect(steps[1].total == 2)
            #expect(steps.last?.total == 2)
        }
    }

    @Test("is told that a statement goes on", arguments: TestBackend.allCases)
    func running(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let interruption = Interruption()
            connection.interruption = interruption
            var calls = 0
            connection.observer = ActivityObserver { _ in
                calls += 1
                if calls == 3 { interruption.request() }
            }
            let error = try thrownError(DatabaseError.self) { _ = try connection.query(Interrupting.endless) }
            #expect(error.kind == .interrupted)
            #expect(calls >= 3)
        }
    }

    @Test("counts the rows that SQLite copies and proves")
    func counting() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
            try connection.execute(
                """
                INSERT INTO t WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
                SELECT n, n FROM numbers
                """)
            let observer = ActivityObserver { _ in }
            connection.observer = observer
            try connection.withMigrationTransaction {
                let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 1)
                var done: [Int64?] = []
                connection.onStatement = { _ in done.append(observer.activity.done) }
                try context.rewrite([
                    TableRewrite(
                        "t", columns: #""id" INTEGER PRIMARY KEY"# + "\n" + #""n" INTEGER"#, indexes: "")
                ])
                #expect(done.contains(1000))
                #expect(observer.activity.phase == .proving)
                #expect(observer.activity.done == 1000)
            }
        }
    }
}
