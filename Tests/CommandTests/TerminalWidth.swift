import Migrations
import MigrationsTesting
import Testing

/// At a terminal of 80 characters no line is longer, so that tables and sentences are not broken by it.
@Suite("Output at 80 columns")
struct TerminalWidth {
    private func expectFits(_ hub: Hub, _ words: [String]) throws {
        let outcome = try hub.command.atTerminal(words)
        // Who types an answer ends the line of the question.
        let output = outcome.output.replacing("Type 'yes' to continue: ", with: "")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count > 2)
        // The name of a database cannot be broken.
        for line in lines where !line.contains(hub.command.folder) && !line.contains("/") {
            #expect(line.count <= 80, "\(words): \(line)")
        }
    }

    @Test("Every verb on an old hub", arguments: TestBackend.allCases, ["v00", "v05", "v07upgraded"])
    func oldHub(_ backend: TestBackend, _ fixture: String) throws {
        try backend.withHub(fixture) { hub in
            let verbs = [["status"], ["plan"], ["verify"], ["run"], ["run", "--yes"], ["status"], ["verify"], ["run"]]
            for words in verbs + [["init"], ["run", "--to", "1"], ["run", "99"]] { try expectFits(hub, words) }
        }
    }

    @Test("Every verb on a mixed hub", arguments: TestBackend.allCases)
    func mixedHub(_ backend: TestBackend) throws {
        try backend.withHub("Mixed/b_v07_008failed_headinit") { hub in
            let verbs = [
                ["status"], ["verify"], ["plan"], ["run"], ["plan", "--repair"], ["repair", "--yes"], ["repair"],
            ]
            for words in verbs { try expectFits(hub, words) }
        }
    }

    @Test("Differences and what is left alone", arguments: TestBackend.allCases)
    func differences(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.expect(0, "init")
            try hub.database.connect().execute(
                """
                DROP TABLE sshkey; DROP INDEX commit_commit_id_repository_id;
                CREATE TABLE a_table_of_the_operator_with_a_rather_long_name_indeed (id INTEGER PRIMARY KEY);
                ALTER TABLE "user" DROP COLUMN bio
                """)
            for words in [["verify"], ["run"]] { try expectFits(hub, words) }
        }
    }

    @Test("Help", arguments: [["--help"]] + HelpScreens.screens.dropFirst().map { [$0, "--help"] })
    func help(_ words: [String]) throws {
        try TestBackend.sqlite.withHub { try expectFits($0, words) }
    }
}
