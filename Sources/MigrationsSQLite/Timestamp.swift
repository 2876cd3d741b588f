/// The timestamps that Python's drivers store as text: `2025-10-01 12:00:00.123456+00:00`.
///
/// The time, its seconds, their fraction and the offset may be missing; `T` may stand for the space, and `Z` for +00:00.
enum Timestamp {
    /// Whole microseconds since 1970 in UTC; a timestamp without an offset is taken as UTC. `nil` when it is not one.
    static func microseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { bytes in
            var reader = Reader(bytes: bytes)
            return reader.timestamp()
        }
    }

    /// Reads a timestamp from left to right. It is called for every row of a table, so it creates no strings.
    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        mutating func timestamp() -> Int64? {
            guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
                let day = number(digits: 2), (1...12).contains(month), (1...31).contains(day)
            else { return nil }
            var seconds = Timestamp.daysSince1970(year: year, month: month, day: day) * 86_400
            var fraction: Int64 = 0
            if take(" ") || take("T") {
                guard let hour = number(digits: 2), take(":"), let minute = number(digits: 2) else { return nil }
                seconds += hour * 3_600 + minute * 60
                if take(":") {
                    guard let second = number(digits: 2) else { return nil }
                    seconds += second
                    if take(".") {
                        guard let microseconds = self.fraction() else { return nil }
                        fraction = microseconds
                    }
                }
            }
            guard let offset = offset(), position == bytes.count else { return nil }
            return (seconds - offset) * 1_000_000 + fraction
        }

        /// Digits after the point as microseconds; more than six are cut off.
        private mutating func fraction() -> Int64? {
            var value: Int64 = 0
            var count = 0
            while let digit = digit() {
                if count < 6 { value = value * 10 + digit }
                count += 1
            }
            for _ in min(count, 6)..<6 { value *= 10 }
            return count > 0 ? value : nil
        }

        /// An offset such as `+02:00` or `-0230` in seconds; 0 when there is none.
        private mutating func offset() -> Int64? {
            if position == bytes.count || take("Z") { return 0 }
            let isNegative = take("-")
            guard isNegative || take("+"), let hours = number(digits: 2) else { return nil }
            _ = take(":")
            guard let minutes = number(digits: 2) else { return nil }
            let seconds = hours * 3_600 + minutes * 60
            return isNegative ? -seconds : seconds
        }

        private mutating func number(digits count: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        private mutating func digit() -> Int64? {
            guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
            defer { position += 1 }
            return Int64(bytes[position]) - 0x30
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }
    }

    /// Days of the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let daysBeforeYear = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
        return daysBeforeYear + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}
