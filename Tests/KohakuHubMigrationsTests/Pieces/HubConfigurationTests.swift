import KohakuHubMigrations
import MigrationsTesting
import Testing

@Suite("The settings of a run")
struct HubConfigurationTests {
    private func resolve(
        url: String? = nil, config: String? = nil, _ environment: [String: String] = [:], files: [String: String] = [:]
    ) throws -> HubConfiguration {
        try HubConfiguration(url: url, configPath: config, environment: environment) { files[$0] }
    }

    private func file(_ name: String, more: String = "") -> String {
        "[app]\ndatabase_url = \"sqlite:///\(name).db\"\n\(more)\n"
    }

    @Test("come from the strongest source that has them")
    func precedence() throws {
        var environment = [
            "KOHAKU_HUB_DATABASE_URL": "sqlite:///hub-variable.db", "HUB_CONFIG": "named.toml",
            "DATABASE_URL": "sqlite:///variable.db",
        ]
        let files = ["named.toml": file("named"), "config.toml": file("default"), "flag.toml": file("flag")]
        func path() throws -> DatabaseURL { try resolve(environment, files: files).database }

        #expect(try resolve(url: "sqlite:///flag.db", environment, files: files).database == .sqlite(path: "flag.db"))
        #expect(try path() == .sqlite(path: "hub-variable.db"))
        environment["KOHAKU_HUB_DATABASE_URL"] = nil
        #expect(try resolve(config: "flag.toml", environment, files: files).database == .sqlite(path: "flag.db"))
        #expect(try path() == .sqlite(path: "named.db"))
        environment["HUB_CONFIG"] = nil
        #expect(try path() == .sqlite(path: "default.db"))
        #expect(try resolve(environment).database == .sqlite(path: "variable.db"))
        #expect(try resolve().database == .sqlite(path: "./hub.db"))
    }

    /// What stands in both settings of the hub, and what the hub makes of it.
    static let hubReadings: [(setting: String, database: DatabaseURL, hasNote: Bool)] = [
        ("sqlite:///hub%202.db", .sqlite(path: "hub%202.db"), false),
        ("sqlite:////data/q?x/hub.db", .sqlite(path: "/data/q?x/hub.db"), false),
        ("hub.db", .sqlite(path: "hub.db"), false), ("/data/hub.db", .sqlite(path: "/data/hub.db"), false),
        ("sqlite+aiosqlite:///my%20hub.db", .sqlite(path: "my hub.db"), true),
        (
            "postgresql://h%40b:p%25/?:w@db/hub%20",
            .postgres(["user": "h%40b", "password": "p%25/?:w", "host": "db", "port": "5432", "dbname": "hub%20"]),
            false
        ),
        (
            "postgresql://hub:pw@db:5433/hub/2",
            .postgres(["user": "hub", "password": "pw", "host": "db", "port": "5433", "dbname": "hub/2"]), false
        ),
        // The hub splits at the first @ and has no port then.
        (
            "postgresql://hub:p@ss@db/hub",
            .postgres(["user": "hub", "password": "p@ss", "host": "db", "dbname": "hub"]), true
        ),
        ("postgresql://hub@/hub?host=/run", .postgres(["user": "hub", "dbname": "hub", "host": "/run"]), true),
    ]

    @Test("are read as the hub reads them where it does, and else by the rules of URLs", arguments: hubReadings)
    func hubReading(_ reading: (setting: String, database: DatabaseURL, hasNote: Bool)) throws {
        let byVariable = try resolve(["KOHAKU_HUB_DATABASE_URL": reading.setting])
        #expect(byVariable.database == reading.database)
        #expect((byVariable.note != nil) == reading.hasNote)
        let byFile = try resolve(files: ["config.toml": "[app]\ndatabase_url = \"\(reading.setting)\"\n"])
        #expect(byFile.database == reading.database)
        #expect((byFile.note != nil) == reading.hasNote)
        if reading.setting.contains("://"), !reading.setting.contains("?x") {
            let byTheRules = try DatabaseURL(reading.setting.replacing("p%25/?:w", with: "pw"))
            #expect(
                try resolve(["DATABASE_URL": reading.setting.replacing("p%25/?:w", with: "pw")]).database == byTheRules)
        }
    }

    @Test(
        "of the hub that lead to no file are refused as well",
        arguments: ["sqlite:///:memory:", ":memory:", "sqlite:///", "sqlite:///file:hub.db", "sqlite://hub.db"])
    func noFile(_ setting: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try resolve(["KOHAKU_HUB_DATABASE_URL": setting])
        }
        #expect(error.source == "KOHAKU_HUB_DATABASE_URL")
    }

    @Test("treat an empty flag as a mistake: its variable may not be set")
    func emptyFlag() throws {
        let error = try thrownError(ConfigurationError.self) {
            _ = try HubConfiguration(url: "", configPath: nil, environment: [:], readFile: { _ in nil })
        }
        #expect(error.source == "--database-url")
    }

    @Test("treat an empty variable as none")
    func emptyVariables() throws {
        let settings = try resolve(["KOHAKU_HUB_DATABASE_URL": "", "HUB_CONFIG": "", "KOHAKU_HUB_DB_BACKEND": ""])
        #expect(settings.database == .sqlite(path: "./hub.db"))
    }

    @Test("agree to migrations by true, 1 or yes", arguments: ["true", "TRUE", "1", "yes", "Yes"])
    func consent(_ value: String) throws {
        #expect(try resolve(["KOHAKU_HUB_AUTO_MIGRATE": value]).autoMigrate)
    }

    @Test("do not agree by anything else", arguments: ["false", "0", "no", "on", "maybe"])
    func noConsent(_ value: String) throws {
        #expect(try !resolve(["KOHAKU_HUB_AUTO_MIGRATE": value]).autoMigrate)
        #expect(try !resolve().autoMigrate)
    }

    @Test("agree by the file unless the variable says no")
    func consentInFile() throws {
        let files = ["config.toml": file("hub", more: "auto_migrate = true")]
        #expect(try resolve(files: files).autoMigrate)
        #expect(try !resolve(["KOHAKU_HUB_AUTO_MIGRATE": "false"], files: files).autoMigrate)
    }

    @Test("are refused when backend and URL do not fit")
    func backend() throws {
        let fitting = try resolve(url: "sqlite:///hub.db", ["KOHAKU_HUB_DB_BACKEND": "sqlite"])
        #expect(fitting.database == .sqlite(path: "hub.db"))
        let error = try #require(throws: ConfigurationError.self) {
            try resolve(url: "sqlite:///hub.db", ["KOHAKU_HUB_DB_BACKEND": "postgres"])
        }
        #expect(error.source == "KOHAKU_HUB_DB_BACKEND")
        let inFile = try #require(throws: ConfigurationError.self) {
            try resolve(files: ["config.toml": file("hub", more: "db_backend = \"postgres\"")])
        }
        #expect(inFile.source == "config.toml, [app] db_backend")
        #expect(throws: ConfigurationError.self) { try resolve(["KOHAKU_HUB_DB_BACKEND": "mysql"]) }
    }

    @Test("name the source of a URL that makes no sense, without its password")
    func badURL() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try resolve(["DATABASE_URL": "mysql://hub:s3cret@db/hub"])
        }
        #expect(error.source == "DATABASE_URL")
        #expect(!"\(error)".contains("s3cret"))
    }

    @Test("need the configuration file that was named")
    func missingFile() throws {
        let error = try #require(throws: ConfigurationError.self) { try resolve(["HUB_CONFIG": "gone.toml"]) }
        #expect(error.source == "gone.toml")
    }

    @Test("tell where a configuration file is not TOML")
    func badFile() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try resolve(files: ["config.toml": "[app]\ndatabase_url = \n"])
        }
        #expect(error.source?.hasPrefix("config.toml, line 2, column") == true)
    }
}
