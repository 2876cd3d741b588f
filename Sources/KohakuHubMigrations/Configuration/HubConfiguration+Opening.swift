public import Logging
public import Migrations
import MigrationsSQLite

extension HubConfiguration {
    /// The path of a missing SQLite file in an existing folder; migrating creates it.
    public var missingFile: String? {
        guard case .sqlite(let path) = database, SQLiteFile.state(of: path) == .missing else { return nil }
        return path
    }

    /// Decides between two readings of the setting that are both valid and name different files.
    ///
    /// The hub's own setting means the file that the hub opens. If that one is missing but the other exists, the
    /// setting was written as a URL, and ``note`` says so.
    /// - Throws: ``ConfigurationError`` when a new file would be created beside the intended one.
    public mutating func settleFile() throws {
        guard let path = missingFile else { return }
        if case .sqlite(let other)? = alternative, [.present, .protected].contains(SQLiteFile.state(of: other)) {
            guard isHubSetting else {
                throw ConfigurationError(
                    "there is no file \(path), but there is \(other)", source: source,
                    hint: "In a URL write % as %25 and ? as %3F.")
            }
            return useAlternative()
        }
        if isHubSetting, path.split(separator: "/").last?.contains("?") == true {
            throw ConfigurationError(
                "there is no file \(path), and the hub takes parameters as part of the path", source: source,
                hint: "Write the path alone.")
        }
    }

    /// Opens the database. If the hub's own reading of its setting does not connect, it is read as a standard URL, and
    /// ``note`` says so.
    /// - Throws: ``Migrations/DatabaseError`` for the hub's own reading.
    public mutating func open(
        for purpose: DatabaseURL.Purpose, lockTimeout: Duration, connectTimeout: Duration = .seconds(10),
        logger: Logger
    ) throws -> any DatabaseConnection {
        func open(_ database: DatabaseURL) throws -> any DatabaseConnection {
            try database.open(for: purpose, lockTimeout: lockTimeout, connectTimeout: connectTimeout, logger: logger)
        }
        do {
            return try open(database)
        } catch let error as DatabaseError where error.kind == .unreachable {
            guard isHubSetting, let alternative, case .postgres = alternative,
                let connection = try? open(alternative)
            else { throw error }
            useAlternative()
            return connection
        }
    }

    private mutating func useAlternative() {
        database = alternative ?? database
        alternative = nil
        note =
            "\(source ?? "the setting") is read as a standard URL. The hub does not decode it and "
            + "will not find this database."
    }
}
