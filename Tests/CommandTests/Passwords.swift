import Foundation
import Migrations
import MigrationsTesting
import Testing

/// A password is used and never shown.
@Suite("Passwords")
struct Passwords {
    /// Every character that means something in a URL.
    static let password = "s3cr%et@x:y/z"
    static let encoded = "s3cr%25et%40x%3Ay%2Fz"

    /// Parts that would give it away, encoded or not.
    static let traces = ["s3cr", "et@x", "et%40x", "y/z", "y%2Fz"]

    /// The database of a hub as a role that needs the password.
    private func withRole(_ hub: Hub, password: String = encoded, _ body: (String) throws -> Void) throws {
        let role = "kohaku_role_\(UUID().uuidString.prefix(8).lowercased())"
        let connection = try hub.database.connect()
        try connection.execute(
            "CREATE ROLE \(role) LOGIN SUPERUSER PASSWORD '\(Self.password)' IN ROLE password_required")
        defer { try? connection.execute("REASSIGN OWNED BY \(role) TO CURRENT_USER; DROP ROLE \(role)") }
        try body(hub.database.url.replacing("postgresql://postgres@", with: "postgresql://\(role):\(password)@"))
    }

    private func expectNoTrace(_ outcome: Command.Outcome) {
        for trace in Self.traces { #expect(!outcome.everything.contains(trace), "\(trace) is shown") }
    }

    @Test(
        "The right one opens the database and is in no output",
        arguments: [
            ["status"], ["status", "-v"], ["status", "--json"], ["plan", "--sql"], ["plan", "--json"], ["run"],
            ["run", "--json", "-v"], ["run", "--yes", "-v"], ["verify", "--json"], ["init"],
        ])
    func rightPassword(_ words: [String]) throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            try withRole(hub) { url in
                let outcome = try hub.command.run(words + ["--database-url", url])
                #expect(outcome.status != 7 && outcome.status != 64)
                expectNoTrace(outcome)
            }
        }
    }

    @Test("One that is encoded in the hub's own setting opens the database all the same, and it is said")
    func encodedForTheHub() throws {
        try TestBackend.postgresql.withHub("v05") { hub in
            try withRole(hub) { url in
                let parts = try #require(url.wholeMatch(of: #/(.*@)/(.*)\?host=(.*)/#))
                let folder = parts.3.replacing("/", with: "%2F")
                var command = hub.command
                command.environment = ["KOHAKU_HUB_DATABASE_URL": "\(parts.1)\(folder)/\(parts.2)"]
                let outcome = try command("status")
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(
                    outcome.errors.hasPrefix(
                        "note: KOHAKU_HUB_DATABASE_URL is read as a standard URL. The hub does"))
                expectNoTrace(outcome)
            }
        }
    }

    @Test("A wrong one ends with 7, and libpq's message shows neither", arguments: [[], ["--json"], ["-v"]])
    func wrongPassword(_ words: [String]) throws {
        try TestBackend.postgresql.withHub { hub in
            try withRole(hub, password: Self.encoded + "wrong") { url in
                let outcome = try hub.command.run(["status", "--database-url", url] + words)
                #expect(outcome.status == 7)
                #expect(outcome.everything.contains("password authentication failed for user"))
                expectNoTrace(outcome)
            }
        }
    }

    @Test(
        "One that is not encoded as it must be is not taken for the host or the database",
        arguments: [
            "postgresql://hub:12/s3cr@127.0.0.1:1/hub", "postgresql://hub:12?s3cr@127.0.0.1:1/hub",
            "postgresql://hub:s3cr/et@127.0.0.1:1/hub", "postgresql://hub:s3cr%et@x:y@127.0.0.1:1/hub",
            "postgresql://hub:s3cr@127.0.0.1:99999/hub", "mysql://hub:s3cr@127.0.0.1/hub",
        ])
    func unencodedPassword(_ url: String) throws {
        try withTemporaryFolder { folder in
            for words in [["status"], ["run", "--json"], ["plan", "-v"]] {
                let byFlag = try Command(folder: folder).run(words + ["--database-url", url])
                #expect(byFlag.status == 7 || byFlag.status == 64)
                expectNoTrace(byFlag)
                let byVariable = try Command(folder: folder, environment: ["KOHAKU_HUB_DATABASE_URL": url]).run(words)
                #expect(byVariable.status == 7 || byVariable.status == 64)
                expectNoTrace(byVariable)
            }
        }
    }

    @Test("One in a configuration file that is not valid TOML is not quoted")
    func passwordInBrokenFile() throws {
        try withTemporaryFolder { folder in
            let text = "[app]\ndatabase_url = postgresql://hub:s3cr@localhost/hub\n"
            try text.write(toFile: "\(folder)/config.toml", atomically: true, encoding: .utf8)
            let outcome = try Command(folder: folder)("status")
            #expect(outcome.status == 64)
            expectNoTrace(outcome)
        }
    }
}
