import Migrations
import MigrationsTesting
import Testing

@Suite("A run that is interrupted")
struct InterruptedRuns {
    @Test(
        "before any of its statements leaves whole migrations only, names them, and can be run again",
        arguments: TestBackend.allCases)
    func anywhere(_ backend: TestBackend) throws {
        let count = try TestRun.on(backend, columns: []) { try $0.counted().statements.count }
        var interruptions = 0
        try TestRun.on(backend, columns: []) { run throws in
            for statement in 1...count {
                // In the last statements it comes too late.
                guard let committed = try interrupt(run, before: statement) else { break }
                interruptions += 1
                let present = try #require(try run.columns())
                #expect(present == Array((1...3).prefix(present.count)))
                #expect(committed == present.map { "00\($0) change_\($0)" })
                #expect(try run.runner().run(to: .newest).version == 3)
                for number in try #require(try run.columns()) {
                    try run.connection.execute(#"ALTER TABLE "t" DROP COLUMN "c\#(number)""#)
                }
            }
        }
        // The connection knows since its first run which references were broken before.
        #expect(interruptions > count - 10)
    }

    /// Runs until just before a statement, and returns what is said to be kept; `nil` when it went through.
    private func interrupt(_ run: TestRun, before statement: Int) throws -> [String]? {
        let interruption = Interruption()
        run.connection.interruption = interruption
        var left = statement
        run.connection.onStatement = { _ in
            left -= 1
            if left == 0 { interruption.request() }
        }
        defer {
            run.connection.interruption = nil
            run.connection.onStatement = nil
        }
        do {
            _ = try run.runner().run(to: .newest)
            return nil
        } catch let error as MigrationError {
            #expect(error.code == .interrupted)
            #expect(error.nextStep?.contains("run again") == true)
            return error.committed
        }
    }
}
