import Foundation
import MigrationsTesting
import Testing

/// Who has a SQLite database need not install PostgreSQL's library.
@Suite("A machine without libpq")
struct WithoutLibPQ {
    /// Runs `body` with a command for which the system's library is hidden by a file that is none.
    private func withCommand(_ body: (Command) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try "".write(toFile: "\(folder)/libpq.so.5", atomically: true, encoding: .utf8)
            try body(Command(folder: folder, environment: ["LD_LIBRARY_PATH": folder]))
        }
    }

    @Test("A SQLite database is made and looked at")
    func sqlite() throws {
        try withCommand { command in
            try command.expect(0, "run", "--yes", "--database-url", "sqlite:///hub.db")
            try command.expect(0, "verify", "--database-url", "sqlite:///hub.db")
        }
    }

    @Test("A PostgreSQL database ends with 7 and the package to install", arguments: ["status", "run"])
    func postgresql(_ verb: String) throws {
        try withCommand { command in
            let outcome = try command(verb, "--database-url", "postgresql://hub@localhost/hub")
            #expect(outcome.status == 7)
            // How it is wrapped depends on the folder's name.
            #expect(
                outcome.errors.replacing("\n", with: " ")
                    == "error: libpq, the library that connects to PostgreSQL, cannot be loaded: "
                    + "\(command.folder)/libpq.so.5: file too short "
                    + "On Debian and Ubuntu it is the package libpq5. Install it, then run again. ")
        }
    }
}
