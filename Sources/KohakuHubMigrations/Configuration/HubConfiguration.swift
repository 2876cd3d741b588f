import TOMLKit

/// The settings of a run, from flags, environment and the hub's `config.toml`.
public struct HubConfiguration: Sendable, Hashable {
    /// The database.
    public var database: DatabaseURL
    /// The database by the other reading of the setting, as the hub or as a standard URL, if it differs.
    var alternative: DatabaseURL?
    /// The flag, variable or file that names the database, `nil` when none does.
    public var source: String?
    /// Whether the hub reads that setting too.
    var isHubSetting = false
    /// A note on how the setting was read.
    public var note: String?
    /// Whether migrations may run without asking.
    public var autoMigrate: Bool
    /// What the hub's names in LakeFS begin with: see ``LakeFSName/old(_:_:namespace:)``.
    public var lakeFSNamespace: String

    /// The settings of the hub's configuration file that matter here.
    struct File {
        var path: String
        var backend: String?
        var databaseURL: String?
        var autoMigrate: Bool?
        var lakeFSNamespace: String?
    }

    /// Resolves the settings, strongest first: the flag; `KOHAKU_HUB_DATABASE_URL` and `KOHAKU_HUB_DB_BACKEND`; the TOML
    /// file named by the flag or `HUB_CONFIG`, else `config.toml`; `DATABASE_URL`; `sqlite:///./hub.db`.
    /// - Parameters:
    ///   - url: The URL given by flag.
    ///   - configPath: The configuration file given by flag.
    ///   - environment: The environment variables.
    ///   - readFile: Reads a text file, `nil` when there is none.
    ///
    /// The hub's own settings are read as the hub reads them, the flag and `DATABASE_URL` as standard URLs.
    /// - Throws: ``ConfigurationError``.
    public init(
        url: String?,
        configPath: String?,
        environment: [String: String],
        readFile: (String) throws -> String?
    ) throws {
        // A variable of the shell that is not set: the default could be another database.
        guard url != "" else {
            throw ConfigurationError(
                "it is empty", source: "--database-url", hint: "Give a URL, such as sqlite:///hub.db.")
        }
        let environment = environment.filter { !$0.value.isEmpty }
        let named = configPath ?? environment["HUB_CONFIG"]
        let path = named ?? "config.toml"
        var file: File?
        if let text = try readFile(path) {
            file = try Self.parse(text, path: path)
        } else if configPath != nil
            || named != nil && Self.urlVariables.allSatisfy({ environment[$0] == nil }) && url == nil
        {
            throw ConfigurationError(
                "there is no such file", source: path, hint: "Check --config or HUB_CONFIG.")
        }

        let candidates: [(source: String, url: String?, isHubSetting: Bool)] = [
            ("--database-url", url, false),
            ("KOHAKU_HUB_DATABASE_URL", environment["KOHAKU_HUB_DATABASE_URL"], true),
            ("\(path), [app] database_url", file?.databaseURL, true),
            ("DATABASE_URL", environment["DATABASE_URL"], false),
        ]
        let chosen = candidates.first { $0.url?.isEmpty == false }
        self.source = chosen?.source
        isHubSetting = chosen?.isHubSetting ?? false
        let source = chosen?.source ?? "default"
        let text = chosen?.url ?? "sqlite:///./hub.db"
        let backend = environment["KOHAKU_HUB_DB_BACKEND"] ?? file?.backend
        let byTheHub = DatabaseURL(hubSetting: text, backend: backend?.lowercased())
        do {
            let byTheRules = try DatabaseURL(text)
            database = isHubSetting ? byTheHub ?? byTheRules : byTheRules
            alternative = [byTheHub, byTheRules].compactMap { $0 }.first { [database] in !$0.isSame(as: database) }
            if isHubSetting, byTheHub == nil {
                note = "\(source) is read as a standard URL: as the hub reads it, it is invalid."
            }
        } catch var error as ConfigurationError {
            guard isHubSetting, let byTheHub else {
                error.source = source
                throw error
            }
            database = byTheHub
        }
        try Self.checkBackend(environment["KOHAKU_HUB_DB_BACKEND"], from: "KOHAKU_HUB_DB_BACKEND", is: database, source)
        if environment["KOHAKU_HUB_DB_BACKEND"] == nil {
            try Self.checkBackend(file?.backend, from: "\(path), [app] db_backend", is: database, source)
        }
        autoMigrate =
            environment["KOHAKU_HUB_AUTO_MIGRATE"].map { ["true", "1", "yes"].contains($0.lowercased()) }
            ?? file?.autoMigrate ?? false
        lakeFSNamespace =
            environment["KOHAKU_HUB_LAKEFS_REPO_NAMESPACE"] ?? file?.lakeFSNamespace ?? LakeFSName.defaultNamespace
    }

    private static let urlVariables = ["KOHAKU_HUB_DATABASE_URL", "DATABASE_URL"]

    private static func checkBackend(
        _ backend: String?, from setting: String, is database: DatabaseURL, _ source: String
    ) throws {
        guard let backend = backend?.lowercased() else { return }
        guard ["sqlite", "postgres", "postgresql"].contains(backend) else {
            throw ConfigurationError(
                "unknown database backend \"\(backend)\"", source: setting, hint: "Use sqlite or postgres.")
        }
        let isSQLite = if case .sqlite = database { true } else { false }
        guard isSQLite == (backend == "sqlite") else {
            throw ConfigurationError(
                "the backend is \(backend), but the database URL (\(source)) is of another kind",
                source: setting, hint: "Set both to the same database.")
        }
    }

    private static func parse(_ text: String, path: String) throws -> File {
        do {
            let document = try TOMLTable(string: text)
            // A value that is ignored would make a new hub elsewhere, and nobody would know why.
            func value<Value>(
                _ table: String, _ key: String, _ kind: String, _ read: (any TOMLValueConvertible) -> Value?
            ) throws -> Value? {
                guard let section = document[table] else { return nil }
                guard let section = section.table else {
                    throw ConfigurationError(
                        "\(table) is not a table", source: path, hint: "Write [\(table)] on a line of its own.")
                }
                guard let found = section[key] else { return nil }
                if let value = read(found) { return value }
                throw ConfigurationError(
                    "\(key) is not \(kind)", source: "\(path), [\(table)]", hint: "Fix the file.")
            }
            return File(
                path: path,
                backend: try value("app", "db_backend", "a text") { $0.string },
                databaseURL: try value("app", "database_url", "a text") { $0.string },
                autoMigrate: try value("app", "auto_migrate", "true or false") { $0.bool },
                lakeFSNamespace: try value("lakefs", "repo_namespace", "a text") { $0.string }
            )
        } catch let error as TOMLParseError {
            throw ConfigurationError(
                "not valid TOML: \(error.description)",
                source: "\(path), line \(error.source.begin.line), column \(error.source.begin.column)",
                hint: "Fix the file: nothing was read from it.")
        }
    }
}
