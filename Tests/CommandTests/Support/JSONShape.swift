import Foundation

/// Which keys a JSON document has: `migrations[].number` is a key of each element of an array.
enum JSONShape {
    /// The paths of all keys, sorted. Below a key of `open` the keys are data.
    static func keys(of text: String, open: Set<String> = []) throws -> Set<String> {
        var keys: Set<String> = []
        try collect(JSONSerialization.jsonObject(with: Data(text.utf8)), at: "", open: open, into: &keys)
        return keys
    }

    private static func collect(_ value: Any, at path: String, open: Set<String>, into keys: inout Set<String>) {
        if let object = value as? [String: Any], !open.contains(path) {
            for (key, value) in object {
                let path = path.isEmpty ? key : "\(path).\(key)"
                keys.insert(path)
                collect(value, at: path, open: open, into: &keys)
            }
        } else if let array = value as? [Any] {
            for element in array { collect(element, at: path + "[]", open: open, into: &keys) }
        }
    }
}
