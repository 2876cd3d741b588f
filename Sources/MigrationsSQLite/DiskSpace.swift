import Migrations

/// Whether the disk has room to rewrite a database, for the new tables beside the old ones and the rollback journal.
struct DiskSpace {
    /// The bytes of the database.
    var size: Int64
    /// The bytes that are free on its disk.
    var free: Int64
    /// The database's file.
    var path: String

    /// An error when not even the new tables fit, a warning when the journal may not, `nil` when both do.
    var finding: Finding? {
        guard free < needed else { return nil }
        return Finding(
            free < size ? .error : .warning,
            code: "disk_space",
            table: "",
            count: 1,
            message:
                "The database has \(size.megabytes), and its disk has \(free.megabytes) free. The rewrite needs up to "
                + "\(needed.megabytes) for the new tables and the journal.",
            action: "Free space on the disk of \(path)."
        )
    }

    private var needed: Int64 { size * 2 }
}
