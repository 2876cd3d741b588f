import Foundation
import MigrationsTesting
import Testing

/// Man pages and completions are made from what the command says of itself: see `Scripts/make-manuals`.
@Suite("Manuals and completions")
struct Manuals {
    /// What swift-argument-parser says of a command, as far as it is looked at here.
    private struct Description: Decodable {
        struct Verb: Decodable {
            var commandName: String
            var subcommands: [Verb]?
        }
        var command: Verb
    }

    @Test("The man pages are about every verb and no other")
    func manuals() throws {
        let outcome = try withTemporaryFolder { try Command(folder: $0)("--experimental-dump-help") }
        #expect(outcome.status == 0)
        let root = try JSONDecoder().decode(Description.self, from: Data(outcome.output.utf8)).command
        let verbs = try #require(root.subcommands).map(\.commandName)
        #expect(Set(verbs) == Set(HelpScreens.screens.dropFirst() + ["help"]))
        let quarantine = try #require(root.subcommands?.first { $0.commandName == "quarantine" })
        #expect(Set(quarantine.subcommands?.map(\.commandName) ?? []) == ["list", "export", "release", "purge"])
    }

    @Test("A shell completes every verb", arguments: [("zsh", "'%:"), ("fish", "-fa '%'")])
    func completions(_ shell: String, _ offer: String) throws {
        let script = try withTemporaryFolder { try Command(folder: $0)("--generate-completion-script", shell).output }
        for verb in HelpScreens.screens.dropFirst() {
            #expect(script.contains(offer.replacing("%", with: verb)))
        }
    }

    @Test("bash completes every verb", arguments: HelpScreens.screens.dropFirst())
    func bash(_ verb: String) throws {
        try withTemporaryFolder { folder in
            let script = try Command(folder: folder)("--generate-completion-script", "bash").output
            try script.write(toFile: "\(folder)/completion", atomically: true, encoding: .utf8)
            let typed = String(verb.dropLast())
            let line = """
                source '\(folder)/completion'
                COMP_WORDS=(kohaku-migrate \(typed)) COMP_CWORD=1 COMP_LINE='kohaku-migrate \(typed)'
                COMP_POINT=${#COMP_LINE}
                _kohaku-migrate kohaku-migrate \(typed) kohaku-migrate
                echo "${COMPREPLY[@]}"
                """
            #expect(try Program.run("bash", "-c", line) == verb + "\n")
        }
    }
}
