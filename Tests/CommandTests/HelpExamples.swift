import Foundation
import MigrationsTesting
import Testing

/// The examples of the help are run, each on a hub where it makes sense.
@Suite("Examples of the help")
struct HelpExamples {
    /// The lines of all screens that call the command, each once.
    static let lines: [String] = {
        let folder = Repository.root.appending(path: "Tests/CommandTests/Screens").path()
        let screens = try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let lines = (screens ?? []).flatMap { screen -> [String] in
            let text = (try? Repository.text("Tests/CommandTests/Screens/\(screen)")) ?? ""
            return text.split(separator: "\n").filter { $0.hasPrefix("  kohaku-migrate ") }.map {
                String($0.dropFirst(2))
            }
        }
        return Set(lines).sorted()
    }()

    @Test("are there for every verb", arguments: try Self.screens())
    func presence(_ screen: String) throws {
        let verb = screen.dropLast(4).replacing("-", with: " ")
        #expect(try Repository.text("Tests/CommandTests/Screens/\(screen)").contains("\n  kohaku-migrate \(verb)"))
    }

    private static func screens() throws -> [String] {
        let folder = Repository.root.appending(path: "Tests/CommandTests/Screens").path()
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "kohaku-migrate.txt" }
            .sorted()
    }

    @Test("do what they say", arguments: TestBackend.allCases, lines)
    func running(_ backend: TestBackend, _ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        try backend.withHub(Self.fixture(for: words)) { hub in
            let folder = hub.command.folder
            var hub = hub
            hub.command.environment["KOHAKU_HUB_AUTO_MIGRATE"] = "true"
            try Self.prepare(hub, for: words)
            for path in ["app", "backups", "mnt/scratch"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(path)", withIntermediateDirectories: true)
            }
            let servers = ["start-the-hub", "app/startup.py"]
            for server in servers.map({ "\(folder)/\($0)" }) {
                try Program.write("#!/bin/sh\necho started", to: server)
            }
            // Only the paths and URLs are others here.
            let local = line.replacing(/sqlite:\S+/, with: "'\(hub.database.url)'").replacing(" /", with: " \(folder)/")
            // It asks only at a terminal.
            let outcome = try hub.command.shell(words[1] == "restore" ? "\(local) --yes" : local)
            // Those three rows belong to a user who is gone.
            let status: Int32 = line.contains("release 3 4 5") ? 1 : 0
            #expect(outcome.status == status, "\(outcome)")
            #expect(outcome.output.contains("started") == servers.contains(where: line.contains))
            for file in words.drop(while: { $0 != ">" }).dropFirst() {
                #expect(try !String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).isEmpty)
            }
        }
    }

    /// What an example begins with: `nil` is an empty database.
    private static func fixture(for words: [String]) -> String? {
        switch words[1] {
        case "init": nil
        case "repair": "Mixed/b_v07_008failed"
        case "rehearse" where words.contains("--repair"): "Mixed/b_v07_008failed"
        // It exits with 2 where something is pending, and the hub does not start.
        case "status" where words.contains("--exit-code"): "v15"
        case "verify": "v15"
        case "run": "v05"
        default: "v07"
        }
    }

    private static func prepare(_ hub: Hub, for words: [String]) throws {
        switch words[1] {
        case "quarantine": try hub.expect(0, "run", "--no-backup")
        case "restore":
            try hub.expect(0, "backup", "create", "--backup-dir", hub.command.folder)
            let files = try FileManager.default.contentsOfDirectory(atPath: hub.command.folder)
            let backup = try #require(files.first { $0.contains(".backup-") })
            try FileManager.default.moveItem(
                atPath: "\(hub.command.folder)/\(backup)", toPath: "\(hub.command.folder)/\(words[2])")
        default: break
        }
    }
}
