import TOMLKit

/// The settings of a run, from flags, environment and the hub's `config.toml`.
public struct HubConfiguration: Sendable, Hashable {
    /// The database.
    public var database: DatabaseURL
    /// Whether migrations may run without asking.
    public var autoMigrate: Bool

    /// The settings of the hub's configuration file that matter here.
    struct File {
        var path: String
        var backend: String?
        var databaseURL: String?
        var autoMigrate: Bool?
    }

    /// Resolves the settings, strongest first: the flag; `KOHAKU_HUB_DATABASE_URL` and `KOHAKU_HUB_DB_BACKEND`; the TOML
    /// file named by the flag or `HUB_CONFIG`, else `config.toml`; `DATABASE_URL`; `sqlite:///./hub.db`.
    /// - Parameters:
    ///   - url: The URL given by flag.
    ///   - configPath: The configuration file given by flag.
    ///   - environment: The environment variables.
    ///   - readFile: Reads a text file, `nil` when there is none.
    /// - Throws: ``ConfigurationError``.
    public init(
        url: String?,
        configPath: String?,
        environment: [String: String],
        readFile: (String) throws -> String?
    ) throws {
        let environment = environment.filter { !$0.value.isEmpty }
        let named = configPath ?? environment["HUB_CONFIG"]
        let path = named ?? "config.toml"
        var file: File?
        if let text = try readFile(path) {
            file = try Self.parse(text, path: path)
        } else if named != nil {
            throw ConfigurationError(
                "there is no such file", source: path, hint: "Check --config or HUB_CONFIG.")
        }

        let candidates: [(source: String, url: String?)] = [
            ("--database-url", url),
            ("KOHAKU_HUB_DATABASE_URL", environment["KOHAKU_HUB_DATABASE_URL"]),
            ("\(path), [app] database_url", file?.databaseURL),
            ("DATABASE_URL", environment["DATABASE_URL"]),
        ]
        let chosen = candidates.first { $0.url != nil }
        let source = chosen?.source ?? "default"
        do {
            database = try DatabaseURL(chosen?.url ?? "sqlite:///./hub.db")
        } catch var error as ConfigurationError {
            error.source = source
            throw error
        }
        try Self.checkBackend(environment["KOHAKU_HUB_DB_BACKEND"], from: "KOHAKU_HUB_DB_BACKEND", is: database, source)
        if environment["KOHAKU_HUB_DB_BACKEND"] == nil {
            try Self.checkBackend(file?.backend, from: "\(path), [app] db_backend", is: database, source)
        }
        autoMigrate =
            environment["KOHAKU_HUB_AUTO_MIGRATE"].map { ["true", "1", "yes"].contains($0.lowercased()) }
            ?? file?.autoMigrate ?? false
    }

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
            guard let app = document["app"]?.table else {
                if document["app"] == nil { return File(path: path) }
                throw ConfigurationError("app is not a table", source: path, hint: "Write [app] on a line of its own.")
            }
            // A value that is ignored would make a new hub elsewhere, and nobody would know why.
            func value<Value>(_ key: String, _ kind: String, _ read: (any TOMLValueConvertible) -> Value?) throws
                -> Value?
            {
                guard let found = app[key] else { return nil }
                if let value = read(found) { return value }
                throw ConfigurationError("\(key) is not \(kind)", source: "\(path), [app]", hint: "Mend the file.")
            }
            return File(
                path: path,
                backend: try value("db_backend", "a text") { $0.string },
                databaseURL: try value("database_url", "a text") { $0.string },
                autoMigrate: try value("auto_migrate", "true or false") { $0.bool }
            )
        } catch let error as TOMLParseError {
            throw ConfigurationError(
                "not valid TOML: \(error.description)",
                source: "\(path), line \(error.source.begin.line), column \(error.source.begin.column)",
                hint: "Mend the file; nothing was read from it.")
        }
    }
}
