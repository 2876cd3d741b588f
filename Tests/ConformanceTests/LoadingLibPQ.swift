import CLibPQ
import Migrations
import MigrationsTesting
import Testing

@testable import MigrationsPostgreSQL

@Suite("Loading libpq")
struct LoadingLibPQ {
    @Test("The installed one has every function")
    func installed() throws {
        _ = try LibPQ.installed.get()
    }

    @Test("One that is not installed is named, with the package to install")
    func missing() throws {
        let error = try thrownError(DatabaseError.self) { _ = try LibPQ(loading: "libpq-of-nobody.so.5") }
        #expect(error.kind == .libraryMissing)
        #expect(error.message.contains("cannot be loaded: libpq-of-nobody.so.5: cannot open shared object file"))
        #expect(error.details == ["On Debian and Ubuntu it is the package libpq5."])
    }

    @Test("Another library is refused, with the function that it lacks")
    func another() throws {
        let error = try thrownError(DatabaseError.self) { _ = try LibPQ(loading: "libm.so.6") }
        #expect(error.kind == .libraryMissing)
        #expect(error.message.hasSuffix("libm.so.6 has no function PQbackendPID"))
    }
}
