/// SHA3-224 of FIPS 202, by which the hub tells LakeFS repositories apart whose names look alike.
enum SHA3 {
    /// The bytes that one permutation takes in.
    private static let rate = 144

    /// The 28 bytes of the digest.
    static func digest224(of message: [UInt8]) -> [UInt8] {
        // The padding: the bits 01 of SHA-3, then a one at both ends of what is left of the block.
        var padded = message + [0x06] + Array(repeating: 0, count: rate - 1 - message.count % rate)
        padded[padded.count - 1] |= 0x80
        var state = [UInt64](repeating: 0, count: 25)
        for block in stride(from: 0, to: padded.count, by: rate) {
            for offset in 0..<rate {
                state[offset / 8] ^= UInt64(padded[block + offset]) << (8 * UInt64(offset % 8))
            }
            permute(&state)
        }
        return (0..<28).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> (8 * UInt64($0 % 8))) }
    }

    /// Keccak-f[1600]. The lane of column x and row y is at x + 5y.
    private static func permute(_ state: inout [UInt64]) {
        for constant in roundConstants {
            // θ: each bit takes in the parities of two columns.
            let parities = (0..<5).map { x in (0..<5).reduce(0) { $0 ^ state[x + 5 * $1] } }
            for index in state.indices {
                state[index] ^= parities[(index + 4) % 5] ^ parities[(index + 1) % 5].rotated(by: 1)
            }
            // ρ and π: each lane is rotated and goes to the next place.
            var lane = state[1]
            for (place, rotation) in zip(places, rotations) {
                (lane, state[place]) = (state[place], lane.rotated(by: rotation))
            }
            // χ: each bit changes by the next two of its row.
            for y in stride(from: 0, to: 25, by: 5) {
                let row = Array(state[y..<y + 5])
                for x in 0..<5 { state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]) }
            }
            // ι
            state[0] ^= constant
        }
    }

    /// Where the lanes go in turn: (x, y) to (y, 2x + 3y), from (1, 0) on.
    private static let places: [Int] = {
        var (x, y) = (1, 0)
        return (0..<24).map { _ in
            (x, y) = (y, (2 * x + 3 * y) % 5)
            return x + 5 * y
        }
    }()

    /// The triangular numbers.
    private static let rotations = (1...24).map { UInt64($0 * ($0 + 1) / 2 % 64) }

    /// The bits 2ʲ − 1 of a round's constant, from a shift register of x⁸ + x⁶ + x⁵ + x⁴ + 1.
    private static let roundConstants: [UInt64] = {
        var register: UInt16 = 1
        return (0..<24).map { _ in
            (0...6).reduce(into: 0) { constant, j in
                if register & 1 == 1 { constant |= 1 << ((1 << UInt64(j)) - 1) }
                register <<= 1
                if register & 0x100 != 0 { register ^= 0x171 }
            }
        }
    }()
}

extension UInt64 {
    fileprivate func rotated(by bits: UInt64) -> UInt64 { self << bits | self >> ((64 - bits) % 64) }
}
