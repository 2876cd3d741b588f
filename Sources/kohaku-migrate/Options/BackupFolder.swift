import ArgumentParser

/// Where backups are.
struct BackupFolder: ParsableArguments {
    @Option(name: .long, help: .backupDir)
    var backupDir: String?
}

extension ArgumentHelp {
    static let backupDir = ArgumentHelp(
        "The folder of backups. (default: beside a SQLite file, else the current one)", valueName: "folder")
}
