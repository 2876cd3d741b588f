import ArgumentParser
import KohakuHubMigrations
import Migrations

/// What `run`, `start` and `repair` have in common. One group, because parsing each group takes time.
struct ChangeOptions: ParsableArguments {
    @Flag(name: .long, help: "Make no backup before a change that only a backup can undo.")
    var noBackup = false

    @Option(name: .long, help: .backupDir)
    var backupDir: String?

    @Option(name: .long, help: .progress)
    var progress = ProgressChoice.auto

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file that is there while the verb works, and is touched every second as long as it makes progress.",
            valueName: "file"))
    var healthFile: String?

    /// Makes the file that is a sign of life for the probes of an orchestrator, where one is wanted. From then on signals
    /// stop the work, so that it is removed.
    func startHealthFile(besides database: DatabaseURL) throws -> HealthFile? {
        guard let healthFile else { return nil }
        if case .sqlite(let path) = database, FileSystem.isSameFile(healthFile, path) {
            throw MigrationError(
                .usage, "--health-file: \(healthFile) is the database",
                nextStep: "Nothing was changed. Give a path of its own.")
        }
        Signals.watch()
        return try HealthFile(healthFile)
    }
}
