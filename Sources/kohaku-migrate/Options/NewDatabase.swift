import FoundationEssentials
import KohakuHubMigrations
import Migrations

/// A missing SQLite file that a verb would create. If the path is a mistake, a hub would start empty, and its rows
/// would seem to be lost.
struct NewDatabase {
    let path: String
    private let source: String?
    /// A file in the same folder that may be the intended one.
    private let neighbour: String?

    /// - Throws: ``DatabaseError`` when the path is a broken symbolic link.
    init?(_ configuration: HubConfiguration) throws {
        guard let path = configuration.missingFile else { return nil }
        guard !SettingsFile.isLink(path) else {
            throw DatabaseError(.unreachable, "\(path) is a broken symbolic link")
        }
        self.path = path
        source = configuration.source
        neighbour = Self.neighbour(of: path)
    }

    /// Asks before it is created, unless a setting names it unambiguously.
    func requireConsent(_ isAgreed: Bool) throws {
        let doubt: String
        if let neighbour {
            doubt = "there is no database \(path), but beside it is \(neighbour)"
        } else if source == nil {
            doubt = "no flag or setting names a database, and there is no \(path)"
        } else {
            return
        }
        guard isAgreed || Consent.confirms("\(doubt). A new database will be created there.") else {
            throw MigrationError(
                .consentRequired, doubt,
                nextStep:
                    "Nothing was created. Name the database with --database-url or KOHAKU_HUB_DATABASE_URL, or, to "
                    + "create a new one at \(path), agree with: kohaku-migrate run --yes")
        }
    }

    /// A SQLite database whose name is the hub's usual one or equals the given one, except for its extension and case.
    private static func neighbour(of path: String) -> String? {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let alike = [stem(url.lastPathComponent), "hub"]
        return names.sorted().first { name in
            alike.contains(stem(name)) && isDatabase(url.deletingLastPathComponent().appending(path: name).path)
        }
    }

    private static func stem(_ name: String) -> String {
        name.lowercased().split(separator: ".").first.map(String.init) ?? ""
    }

    private static func isDatabase(_ path: String) -> Bool {
        guard let contents = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else { return false }
        return contents.starts(with: "SQLite format 3\0".utf8)
    }
}
