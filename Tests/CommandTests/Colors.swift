import Migrations
import MigrationsTesting
import Testing

/// Color helps at a terminal, and is in the way everywhere else.
@Suite("Colors")
struct Colors {
    private static let red = "\u{1b}[1;31merror:\u{1b}[0m"

    private func atTerminal(_ environment: [String: String], _ words: String...) throws -> String {
        var output = ""
        try TestBackend.sqlite.withHub { hub in
            var command = hub.command
            command.environment = environment
            output = try command.atTerminal(["run", "99"] + words).output
        }
        return output
    }

    @Test("are at a terminal, where nothing forbids them")
    func terminal() throws {
        let colored = try atTerminal(["NO_COLOR": ""])
        #expect(colored.contains(Self.red))
        for environment in [["NO_COLOR": "1"], ["NO_COLOR": "", "TERM": "dumb"]] {
            let plain = try atTerminal(environment)
            #expect(plain.contains("error:") && !plain.contains("\u{1b}"))
        }
        let never = try atTerminal(["NO_COLOR": ""], "--color", "never")
        #expect(never.contains("error:") && !never.contains("\u{1b}"))
    }

    @Test("are elsewhere only on request, and leave documents as they are")
    func elsewhere() throws {
        try TestBackend.sqlite.withHub { hub in
            let plain = try hub("run", "99").errors
            #expect(plain.hasPrefix("error:") && !plain.contains("\u{1b}"))
            let colored = try hub("run", "99", "--color", "always").errors
            #expect(colored.hasPrefix(Self.red))
            let document = try hub("run", "99", "--json").output
            #expect(try hub("run", "99", "--json", "--color", "always").output == document)
        }
    }
}
