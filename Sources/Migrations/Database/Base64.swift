/// Base64 of RFC 4648: how bytes stand in JSON.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Bytes as text.
    package static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text, `nil` when it is no Base64.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 4) else { return nil }
        let padded = text.utf8.suffix(2).count { $0 == padding }
        var bytes: [UInt8] = []
        var bits = 0
        for (place, digit) in (text.utf8.dropLast(padded) + Array(repeating: digits[0], count: padded)).enumerated() {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | value
            if place % 4 == 3 { bytes += [bits >> 16, bits >> 8, bits].map { UInt8(truncatingIfNeeded: $0) } }
        }
        return bytes.dropLast(padded)
    }
}
