import FoundationEssentials
import KohakuHubMigrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The hub's configuration file.
enum SettingsFile {
    /// Its text, `nil` when there is none.
    /// - Throws: ``ConfigurationError`` when it exists but cannot be read.
    static func text(at path: String) throws -> String? {
        var status = stat()
        guard lstat(path, &status) == 0 || errno != ENOENT else { return nil }
        if let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) { return text }
        if isLink(path), !FileManager.default.fileExists(atPath: path) {
            throw ConfigurationError(
                "it is a broken symbolic link", source: path, hint: "Fix the link or remove it.")
        }
        throw ConfigurationError(
            "the file cannot be read as text", source: path, hint: "Check its permissions and encoding.")
    }

    /// Whether a path is a symbolic link, whatever it leads to.
    static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }
}
