import Migrations
import MigrationsTesting
import Testing

@Suite("A run that is interrupted")
struct InterruptedRuns {
    @Test(
        "before any of its statements leaves whole migrations only, names them, and can be run again",
        arguments: TestBackend.allCases)
    func anywhere(_ backend: TestBackend) throws {
        var count = 1
        for statement in 1... {
            guard statement <= count else { break }
            try TestRun.on(backend, columns: []) { run throws in
                if statement == 1 { count = try counted(run) }
                let interruption = Interruption()
                run.connection.interruption = interruption
                var left = statement
                run.connection.onStatement = { _ in
                    left -= 1
                    if left == 0 { interruption.request() }
                }
                var committed: [String] = []
                do {
                    _ = try run.runner().run(to: .newest)
                } catch let error as MigrationError {
                    #expect(error.code == .interrupted)
                    #expect(error.nextStep?.contains("run again") == true)
                    committed = error.committed
                }
                run.connection.interruption = nil
                run.connection.onStatement = nil
                let present = try #require(try run.columns())
                #expect(present == Array((1...3).prefix(present.count)))
                #expect(committed.isEmpty || committed == present.map { "00\($0) change_\($0)" })
                #expect(try run.runner().run(to: .newest).version == 3)
                #expect(try run.columns() == [1, 2, 3])
            }
        }
        #expect(count > 20)
    }

    /// How many statements a run has, counted on another database than the one that is tested.
    private func counted(_ run: TestRun) throws -> Int {
        try TestRun.on(run.database.backend, columns: []) { try $0.counted().statements.count }
    }
}
