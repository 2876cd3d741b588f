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
