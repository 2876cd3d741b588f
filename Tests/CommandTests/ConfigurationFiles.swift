import Foundation
import MigrationsTesting
import Testing

/// Where the settings come from, and what is said of those that make no sense.
@Suite("Configuration")
struct ConfigurationFiles {
    /// Runs `status` in a folder with a `config.toml`.
    private func status(_ file: String?, _ environment: [String: String] = [:], _ words: String...) throws
        -> Command.Outcome
    {
        try withTemporaryFolder { folder in
            if let file { try file.write(toFile: "\(folder)/config.toml", atomically: true, encoding: .utf8) }
            return try Command(folder: folder, environment: environment).run(["status"] + words)
        }
    }

    @Test("A file that is not valid TOML is named with the line")
    func malformedFile() throws {
        let outcome = try status("[app]\ndb_backend = \"sqlite\"\ndatabase_url = sqlite\n")
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("error: config.toml, line 3, column 16: not valid TOML:"))
        #expect(outcome.errors.contains("Fix the file: nothing was read from it."))
    }

    @Test("A file that HUB_CONFIG names and that is missing is reported where nothing else names the database")
    func missingNamedFile() throws {
        for environment in [["KOHAKU_HUB_DATABASE_URL": "sqlite:///hub.db"], ["DATABASE_URL": "sqlite:///hub.db"]] {
            let outcome = try status(nil, environment.merging(["HUB_CONFIG": "hub.toml"]) { $1 })
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
        }
        #expect(try status(nil, ["HUB_CONFIG": "hub.toml"], "--database-url", "sqlite:///hub.db").status == 0)
        let named = ["KOHAKU_HUB_DATABASE_URL": "sqlite:///hub.db"]
        #expect(try status(nil, named, "--config", "hub.toml").status == 64)
    }

    @Test("A file that is a link to nothing, or no text, is an error whatever else names the database")
    func unreadableFile() throws {
        for name in ["config.toml", "hub.toml"] {
            try withTemporaryFolder { folder in
                var command = Command(folder: folder, environment: ["KOHAKU_HUB_DATABASE_URL": "sqlite:///hub.db"])
                if name == "hub.toml" { command.environment["HUB_CONFIG"] = name }
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(name)", withDestinationPath: "\(folder)/gone.toml")
                let link = try command("status")
                #expect(link.status == 64)
                #expect(link.errors.hasPrefix("error: \(name): it is a broken symbolic link\n"))
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/gone.toml", withIntermediateDirectories: false)
                let directory = try command("status")
                #expect(directory.status == 64)
                #expect(directory.errors.hasPrefix("error: \(name): the file cannot be read as text\n"))
            }
        }
    }

    @Test("A file named by HUB_CONFIG or --config has to exist")
    func missingFile() throws {
        for outcome in [
            try status(nil, ["HUB_CONFIG": "hub.toml"]), try status(nil, [:], "--config", "hub.toml"),
        ] {
            #expect(outcome.status == 64)
            #expect(
                outcome.errors == """
                    error: hub.toml: there is no such file
                    Check --config or HUB_CONFIG.

                    """)
        }
    }

    @Test("A backend that is not known is named, from the variable and from the file")
    func unknownBackend() throws {
        let byVariable = try status(nil, ["KOHAKU_HUB_DB_BACKEND": "oracle"])
        #expect(byVariable.status == 64)
        #expect(byVariable.errors.hasPrefix("error: KOHAKU_HUB_DB_BACKEND: unknown database backend \"oracle\"\n"))
        #expect(byVariable.errors.contains("Use sqlite or postgres."))
        let byFile = try status("[app]\ndb_backend = \"oracle\"\n")
        #expect(byFile.status == 64)
        #expect(byFile.errors.hasPrefix("error: config.toml, [app] db_backend: unknown database backend \"oracle\"\n"))
    }

    @Test("A backend that the URL contradicts is refused, and both are named")
    func contradiction() throws {
        let outcome = try status(
            nil, ["KOHAKU_HUB_DB_BACKEND": "postgres", "KOHAKU_HUB_DATABASE_URL": "sqlite:///hub.db"])
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("error: KOHAKU_HUB_DB_BACKEND: the backend is postgres"))
        #expect(outcome.errors.contains("KOHAKU_HUB_DATABASE_URL"))
    }

    @Test("The strongest setting wins: flag, variable, file, DATABASE_URL, default")
    func order() throws {
        let file = "[app]\ndatabase_url = \"sqlite:///file.db\"\n"
        let weak = ["DATABASE_URL": "sqlite:///weak.db"]
        let strong = weak.merging(["KOHAKU_HUB_DATABASE_URL": "sqlite:///variable.db"]) { $1 }
        let outcomes = [
            ("flag.db", try status(file, strong, "--database-url", "sqlite:///flag.db")),
            ("variable.db", try status(file, strong)), ("file.db", try status(file, weak)),
            ("weak.db", try status(nil, weak)), ("./hub.db", try status(nil)),
        ]
        for (path, outcome) in outcomes {
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("SQLite \(path)\n"))
        }
    }
}
