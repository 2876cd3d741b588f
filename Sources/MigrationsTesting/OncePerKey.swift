import Synchronization

/// Values shared by the tests of a process: each is created once, by the first test that needs it.
///
/// Only those who need the same value meanwhile wait.
public final class OncePerKey<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private final class Entry: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// Nothing is made yet.
    public init() {}

    /// The value of a key.
    /// - Parameter make: Makes it. What it throws is thrown to everybody who asks for this value.
    public func value(of key: Key, make: () throws -> Value) throws -> Value {
        let entry = entries.withLock { entries in
            if let entry = entries[key] { return entry }
            let entry = Entry()
            entries[key] = entry
            return entry
        }
        return try entry.result.withLock { result in
            let known = result ?? Result { try make() }
            result = known
            return try known.get()
        }
    }
}
