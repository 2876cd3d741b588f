import CSQLite

/// A 64-bit hash of one row's values: eight bytes at a time, multiplied and folded.
struct RowHash {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// The hash of all that was combined.
    var value: UInt64 { Self.mixed(state) }

    /// Adds a value with its type, so that NULL, 0, '0' and x'30' differ.
    mutating func combine(_ value: OpaquePointer?) {
        let type = sqlite3_value_type(value)
        add(UInt64(type))
        switch type {
        case SQLITE_INTEGER: add(UInt64(bitPattern: sqlite3_value_int64(value)))
        case SQLITE_FLOAT: add(sqlite3_value_double(value).bitPattern)
        case SQLITE_TEXT, SQLITE_BLOB:
            let start = sqlite3_value_blob(value)
            combine(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
        default: break
        }
    }

    private mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        add(rest)
    }

    private mutating func add(_ word: UInt64) {
        state = (state ^ Self.mixed(word)) &* 0x2545_f491_4f6c_dd1d
        state ^= state >> 32
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
