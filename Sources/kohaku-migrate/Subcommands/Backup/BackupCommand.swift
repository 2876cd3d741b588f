import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Makes and handles backups.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make, list or prune backups of the database.",
        discussion: """
            A backup is a file that only its owner may read. On SQLite it is a copy of the database beside it, on \
            PostgreSQL a dump by pg_dump in the current folder; or either in --backup-dir.

            EXAMPLES
              kohaku-migrate backup create
              kohaku-migrate backup list
              kohaku-migrate backup prune --keep 3
            """,
        subcommands: [BackupCreateCommand.self, BackupListCommand.self, BackupPruneCommand.self]
    )
}

extension DatabaseOptions {
    /// The database, which may be missing or damaged, by the reading of the setting that a look at it settles.
    func settled() throws -> DatabaseURL {
        var configuration = try resolve()
        _ = try? open(&configuration, for: .reading)
        return configuration.database
    }

    /// Opens a database that is there.
    func openForBackups() throws -> (HubConfiguration, any DatabaseConnection & BackupSource) {
        var configuration = try resolve()
        if let path = configuration.missingFile {
            throw DatabaseError(.unreachable, "cannot open \(path): there is no such file")
        }
        guard let source = try open(&configuration, for: .reading) as? any DatabaseConnection & BackupSource else {
            throw MigrationError(.usage, "this database cannot be backed up")
        }
        return (configuration, source)
    }
}

extension OutputOptions {
    /// Shows backups, each in a line.
    func show(
        _ backups: [Backup], of database: DatabaseURL, nothing: String, heading: String? = nil
    ) throws {
        guard !json else { return try printJSON(BackupsDocument(backups, database: database)) }
        print("\("\(database)".escaped)\n")
        guard !backups.isEmpty else { return print(nothing) }
        if let heading { print(heading) }
        for backup in backups { print("\(backup.path) (\(backup.size.megabytes))".escaped) }
    }
}

/// The document of `backup create`, `backup list` and `backup prune`: the backups that were made, are there, or were removed.
struct BackupsDocument: Encodable {
    var status = "done"
    var database: String
    var count: Int
    var backups: [BackupDocument]

    init(_ backups: [Backup], database: DatabaseURL) {
        self.database = "\(database)"
        count = backups.count
        self.backups = backups.map(BackupDocument.init)
    }
}
