import KohakuHubMigrations
import Migrations

/// The backup that is made before the first change of a verb.
final class FirstBackup {
    private let connection: any DatabaseConnection
    private let folder: String?
    private let database: DatabaseURL
    private let lockTimeout: Duration
    private var next: Backup?

    /// The database is no longer what the plan was made for.
    private struct Overtaken: Error {}

    /// - Parameter database: The database as the command that leads back names it.
    init(
        of connection: any DatabaseConnection, in folder: String?, restoring database: DatabaseURL,
        lockTimeout: Duration
    ) {
        self.connection = connection
        self.folder = folder
        self.database = database
        self.lockTimeout = lockTimeout
    }

    /// Where it goes. It is asked for twice where there is somebody to ask: for the question, and then to make it.
    func next(version: Int) throws -> Backup {
        if let next, next.version == version { return next }
        let found = try Self.advising { try source().nextBackup(in: folder, version: version) }
        next = found
        return found
    }

    /// - Returns: The backup; `nil` where the database does not have this version any more.
    func make(version: Int) throws -> Backup? {
        let next = try next(version: version)
        let catalogue = Catalogue.kohakuHub
        var backup: Backup
        do {
            backup = try Self.advising {
                try source().makeBackup(
                    next, waiting: lockTimeout, holding: catalogue.tables
                ) {
                    let now = try Assessment(of: connection.readSchema(), catalogue: catalogue)
                    guard now.version == version else { throw Overtaken() }
                }
            }
        } catch is Overtaken {
            return nil
        }
        // It may be run in another folder, and without these variables and settings.
        let words = [FileSystem.absolute(backup.path), "--database-url", database.url].map(\.quotedForShell)
        backup.restoring = "kohaku-migrate restore \(words.joined(separator: " "))"
        backup.isPasswordLeftOut = database.hasPassword
        return backup
    }

    private func source() throws -> any BackupSource {
        guard let source = connection as? any BackupSource else {
            throw MigrationError(.consentRequired, "this database cannot be backed up")
        }
        return source
    }

    /// Says which flags lead on when something is missing for a backup.
    private static func advising<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var error as MigrationError where error.nextStep == nil {
            error.nextStep = advice
            throw error
        }
    }

    private static let advice =
        "Without a backup nothing is changed. Give another folder with --backup-dir, or go on without a backup: --no-backup"
}
