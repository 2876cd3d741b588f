extension String {
    /// The name in double quotes that follows a beginning, `""` in it for one quote; `nil` when there is none.
    func quotedName(after beginning: String = "") -> String? {
        guard hasPrefix(beginning + "\"") else { return nil }
        var name = ""
        var rest = dropFirst(beginning.count + 1)
        while let end = rest.firstIndex(of: "\"") {
            name += rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard rest.first == "\"" else { return name.isEmpty ? nil : name }
            name += "\""
            rest = rest.dropFirst()
        }
        return nil
    }
}

extension MigrationError {
    /// The error for an invalid definition in a migration.
    static func unreadable(_ what: String, _ sql: String, expected: String) -> MigrationError {
        MigrationError(
            .failed, "a migration has \(what) that cannot be read: \(sql.isEmpty ? "it is empty" : sql)",
            nextStep: "It was rolled back. Correct the migration: \(expected)")
    }
}
