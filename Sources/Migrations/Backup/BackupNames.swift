#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files that are backups of one database: `hub.db.backup-20261129T064000Z-v007`.
///
/// In a folder that is not the database's own there may be those of another one with the same name. There the name has a tag,
/// `hub.db-3f9a2c1b.backup-…`, which tells them apart.
public struct BackupNames: Sendable {
    /// The folder they are in.
    public let folder: String
    /// What the names begin with.
    private let stem: String

    /// - Parameters:
    ///   - name: The name of the database or its file. What separates folders stays out of it.
    ///   - identity: What it has in common with no other database, such as the path of its file.
    ///   - home: The folder of its own, where it has one.
    ///   - folder: The folder, where it is not that one; `nil` for there, or the current one.
    public init(of name: String, identity: String, home: String? = nil, in folder: String? = nil) {
        let folder = folder ?? home ?? "."
        self.folder = folder.isEmpty ? "." : folder
        let tag = home.map { FileSystem.isSame($0, folder) } == true ? "" : "-\(Self.tag(of: identity))"
        stem = name.replacing("/", with: "_") + tag
    }

    /// The finished backups in the folder, the oldest first.
    /// - Throws: ``DatabaseError`` when the folder cannot be read.
    public func all() throws -> [Backup] {
        try FileSystem.names(in: folder).sorted().compactMap { name in
            guard let version = version(of: name) else { return nil }
            let path = path(to: name)
            return FileSystem.sizeOfFile(path).map { Backup(path: path, size: $0, version: version) }
        }
    }

    /// Removes all backups but the newest ones.
    /// - Returns: Those that were removed.
    /// - Throws: ``DatabaseError`` when one cannot be.
    public func prune(keeping count: Int) throws -> [Backup] {
        let old = try all().dropLast(count)
        for backup in old { try FileSystem.remove(backup.path) }
        return Array(old)
    }

    /// A path that is free: of now, or of the next second in which none is made yet.
    func newPath(version: Int) -> String {
        var seconds = time(nil)
        while true {
            let path = path(to: "\(prefix)\(Self.text(of: seconds))-v\(version.paddedToThree)")
            if FileSystem.size(of: path) == nil { return path }
            seconds += 1
        }
    }

    /// The path of a file in the making, of which there is one of each kind.
    func path(of kind: String) -> String { path(to: "\(stem).\(kind)") }

    private var prefix: String { stem + ".backup-" }

    private func path(to name: String) -> String { FileSystem.path(to: name, in: folder) }

    /// The version in the name of a backup; `nil` for other names.
    private func version(of name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return name.dropFirst(prefix.count).wholeMatch(of: /\d{8}T\d{6}Z-v(\d{3,})/).flatMap { Int($0.1) }
    }

    /// Eight digits, by the hash FNV-1a.
    private static func tag(of identity: String) -> String {
        let hash = identity.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// A time in UTC, without the colons that some file systems do not take: `20261129T064000Z`.
    private static func text(of seconds: time_t) -> String {
        var (seconds, parts) = (seconds, tm())
        gmtime_r(&seconds, &parts)
        var text: [CChar] = Array(repeating: 0, count: 32)
        strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension BackupNames {
    /// A name that is free, for what a restored backup replaces: `hub.db.replaced-20261129T064000Z`. It is of now, or of the next
    /// second that none has.
    public static func replaced(_ stem: String, isTaken: (String) throws -> Bool) rethrows -> String {
        var seconds = time(nil)
        while true {
            let name = "\(stem).replaced-\(text(of: seconds))"
            if try !isTaken(name) { return name }
            seconds += 1
        }
    }
}
