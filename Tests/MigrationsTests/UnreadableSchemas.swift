import Migrations
import MigrationsTesting
import Testing

@Suite("A schema that cannot be read")
struct UnreadableSchemas {
    @Test("stops everything: it is not an empty one")
    func locked() throws {
        try TestRun.on(.sqlite, columns: [1]) { run in
            let impatient = try run.database.connect(lockTimeout: .zero)
            try run.connection.execute("BEGIN EXCLUSIVE")
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: run.catalogue, connection: impatient).run(to: .newest)
            }
            #expect(error.code == .locked)
            try run.connection.execute("ROLLBACK")
            #expect(try run.columns() == [1])
        }
    }

    @Test("because the server is gone is reported as that")
    func terminated() throws {
        try TestRun.on(.postgresql, columns: [1]) { run in
            let victim = try run.database.connect()
            let pid = try victim.integer("SELECT pg_backend_pid()")
            #expect(
                try run.connection.query("SELECT pg_terminate_backend($1, 5000)", [.integer(pid)]).first?[0] == true)
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: run.catalogue, connection: victim).run(to: .newest)
            }
            #expect(error.code == .unreachable)
            #expect(try run.columns() == [1])
        }
    }
}
