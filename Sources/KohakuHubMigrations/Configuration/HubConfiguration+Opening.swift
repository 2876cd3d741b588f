public import Logging
public import Migrations
import MigrationsSQLite

extension HubConfiguration {
    /// The path of a SQLite file that is not there yet, in a folder that is; migrating makes it.
    public var missingFile: String? {
        guard case .sqlite(let path) = database, SQLiteFile.state(of: path) == .missing else { return nil }
        return path
    }

    /// Settles which of two readings of the setting is meant, where both make sense and lead to different files.
    ///
    /// The hub's own setting means the file that the hub opens. Where that one is not there but the other is, somebody wrote
    /// it as a URL, and ``note`` says so.
    /// - Throws: ``ConfigurationError`` when a new file would be made beside the one that is meant.
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
                "there is no file \(path), and the hub does not read what follows ? as parameters", source: source,
                hint: "Write the path alone.")
        }
    }

    /// Opens the database. Where the hub's own reading of its setting does not connect, the rules of URLs are tried, and
    /// ``note`` says so.
    /// - Throws: ``Migrations/DatabaseError`` of the hub's own reading.
    public mutating func open(
        for purpose: DatabaseURL.Purpose, lockTimeout: Duration, logger: Logger
    ) throws -> any DatabaseConnection {
        do {
            return try database.open(for: purpose, lockTimeout: lockTimeout, logger: logger)
        } catch let error as DatabaseError where error.kind == .unreachable {
            guard isHubSetting, case .postgres? = alternative,
                let connection = try? alternative?.open(for: purpose, lockTimeout: lockTimeout, logger: logger)
            else { throw error }
            useAlternative()
            return connection
        }
    }

    private mutating func useAlternative() {
        database = alternative ?? database
        alternative = nil
        note =
            "\(source ?? "the setting") is read by the rules of URLs. The hub takes it as it stands, without decoding, and "
            + "will not find this database."
    }
}
