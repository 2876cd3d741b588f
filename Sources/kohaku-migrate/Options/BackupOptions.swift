import ArgumentParser

/// Whether and where a backup is made before a change that only a backup can undo.
struct BackupOptions: ParsableArguments {
    @Flag(name: .long, help: "Make no backup before a change that only a backup can undo.")
    var noBackup = false

    @OptionGroup var folder: BackupFolder
}

/// Where backups are.
struct BackupFolder: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The folder of backups. (default: beside a SQLite file, else the current one)", valueName: "folder"))
    var backupDir: String?
}
