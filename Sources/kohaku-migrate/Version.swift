import KohakuHubMigrations

/// What `--version` shows. This is the only place with the version's number: `make dist` reads it.
enum Version {
    private static let number = "0.1.0"

    /// `git archive` puts the commit in, as .gitattributes asks it to. It is unknown in a checkout.
    private static let commit = "$Format:%H$"

    static let text = "kohaku-migrate \(number) (\(commit.hasPrefix("$") ? "a checkout" : "commit \(commit)"))"

    /// The libraries of this machine, looked for only by who asks: libpq is not loaded for a SQLite database.
    static var libraries: String {
        let libraries = DatabaseLibraries()
        return "\nSQLite \(libraries.sqlite)\nlibpq \(libraries.libpq ?? "is not installed")"
    }
}
