import Foundation

/// A time in June 2025, and how Python's drivers wrote it down.
enum Moment {
    /// Two of these are as far apart as the evidence of times reaches, or a microsecond further.
    private static let distances: [Int64] = [
        0, 0, 1, 2_000_000, 2_000_001, 60_000_000, 60_000_001, 3_600_000_000,
    ]
    /// What only SQLite holds as a time, or that is none.
    private static let strange = [
        "yesterday", "", "2025-06-31T", "2025-13-01 00:00:00", "2025-06-02 14:00:00+02:00", "2025-06-02T12:00:00Z", "0",
    ]

    static func draw(_ random: inout SeededGenerator, anyText: Bool) -> String {
        if anyText, random.once(in: 20) { return random.pick(strange) }
        let noon: Int64 = (12 * 3_600 + 24 * 3_600 * Int64(random.pick([1, 1, 1, 2]))) * 1_000_000
        return text(noon + random.pick(distances), style: random.pick([0, 0, 0, 1, 2, 3, 4]))
    }

    /// Microseconds since the month began as text.
    private static func text(_ microseconds: Int64, style: Int) -> String {
        let seconds = microseconds / 1_000_000
        let date = String(format: "2025-06-%02d", seconds / 86_400 + 1)
        let time = String(format: "%02d:%02d:%02d", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
        let fraction = String(format: ".%06d", microseconds % 1_000_000)
        return switch style {
        case 0: "\(date) \(time)\(fraction)+00:00"
        case 1: "\(date) \(time)\(fraction)"
        case 2: "\(date)T\(time)\(fraction)"
        case 3: "\(date) \(time)+00:00"
        default: "\(date) \(time)"
        }
    }

    /// Microseconds since 1970, by the system's own calendar; `nil` when the text is no time.
    static func microseconds(_ text: String) -> Int64? {
        let form = /(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|([+-]\d\d):(\d\d))?/
        guard let match = text.wholeMatch(of: form), let month = Int32(match.2), (1...12).contains(month) else {
            return nil
        }
        var time = tm()
        time.tm_year = (Int32(match.1) ?? 0) - 1_900
        time.tm_mon = month - 1
        time.tm_mday = Int32(match.3) ?? 0
        time.tm_hour = (Int32(match.4) ?? 0) - (match.9.flatMap { Int32($0) } ?? 0)
        time.tm_min = Int32(match.5) ?? 0
        time.tm_sec = Int32(match.6) ?? 0
        let digits = String(match.7 ?? "")
        let fraction = Int64(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
        return Int64(timegm(&time)) * 1_000_000 + fraction
    }
}
