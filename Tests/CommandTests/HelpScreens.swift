import MigrationsTesting
import Testing

/// The help is part of the interface: each screen is kept whole in `Screens/`.
@Suite("Help screens")
struct HelpScreens {
    static let screens = [
        "kohaku-migrate", "run", "start", "wait", "init", "status", "plan", "rehearse", "verify", "lakefs", "repair",
        "quarantine",
        "backup", "restore",
    ]

    @Test("A verb's help is the screen that is kept", arguments: screens)
    func helpIsTheScreen(_ screen: String) throws {
        let verb = screen == "kohaku-migrate" ? [] : [screen]
        let outcome = try withTemporaryFolder { try Command(folder: $0).run(verb + ["--help"]) }
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let kept = try Repository.text("Tests/CommandTests/Screens/\(screen).txt")
        #expect(outcome.output == kept)
    }

    @Test(
        "The help of a verb under quarantine is the screen that is kept, with an example",
        arguments: ["list", "export", "release", "purge"])
    func quarantineVerbs(_ verb: String) throws {
        let outcome = try withTemporaryFolder { try Command(folder: $0).run(["quarantine", verb, "--help"]) }
        #expect(outcome.status == 0)
        #expect(outcome.output == (try Repository.text("Tests/CommandTests/Screens/quarantine-\(verb).txt")))
        #expect(outcome.output.contains("\n  kohaku-migrate quarantine \(verb)"))
    }

    @Test(
        "The help of a verb under backup is the screen that is kept, with an example",
        arguments: ["create", "list", "prune"])
    func backupVerbs(_ verb: String) throws {
        let outcome = try withTemporaryFolder { try Command(folder: $0).run(["backup", verb, "--help"]) }
        #expect(outcome.status == 0)
        #expect(outcome.output == (try Repository.text("Tests/CommandTests/Screens/backup-\(verb).txt")))
        #expect(outcome.output.contains("\n  kohaku-migrate backup \(verb)"))
    }

    @Test("Every verb has a kept screen and an example", arguments: screens.dropFirst())
    func everyVerbHasAnExample(_ verb: String) throws {
        let root = try Repository.text("Tests/CommandTests/Screens/kohaku-migrate.txt")
        #expect(root.contains("\n  \(verb) "))
        let screen = try Repository.text("Tests/CommandTests/Screens/\(verb).txt")
        #expect(screen.contains("\n  kohaku-migrate \(verb)"))
    }

    @Test("The root screen lists only verbs with a kept screen")
    func noVerbIsForgotten() throws {
        let root = try Repository.text("Tests/CommandTests/Screens/kohaku-migrate.txt")
        let sections = root.split(separator: "SUBCOMMANDS:\n").dropFirst()
        let listed = sections.flatMap { $0.split(separator: "\n").prefix { $0.hasPrefix("  ") } }
            .filter { !$0.hasPrefix("   ") && !$0.hasPrefix("  See") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(Set(listed) == Set(Self.screens.dropFirst()))
    }

    @Test("An unknown verb or flag is a mistake of use", arguments: [["migrate"], ["run", "--fast"], ["run", "one"]])
    func unknownWordsAreUsage(_ words: [String]) throws {
        let outcome = try withTemporaryFolder { try Command(folder: $0).run(words) }
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("Error: "))
        #expect(outcome.errors.contains("--help' for more information."))
    }
}
