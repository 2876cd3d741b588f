/// Calls `body` with a NULL-terminated array of C strings.
func withCStrings<Result>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let characters = strings.map { $0.map { Array($0.utf8CString) } }
    let start = characters.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1?.count ?? 0)) }
    return characters.flatMap { $0 ?? [] }.withUnsafeBufferPointer { buffer in
        let pointers: [UnsafePointer<CChar>?] =
            characters.indices.map { index in
                characters[index] == nil ? nil : buffer.baseAddress.map { $0 + start[index] }
            } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
