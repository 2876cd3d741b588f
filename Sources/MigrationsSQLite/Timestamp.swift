/// The timestamps that Python's drivers store as text: `2025-10-01 12:00:00.123456+00:00`.
enum Timestamp {
    /// Whole microseconds since 1970 in UTC; a timestamp without an offset is taken as UTC. `nil` when it is not one.
    static func microseconds(_ text: String) -> Int64? {
        guard
            let match = text.wholeMatch(
                of: /(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?)?(Z|[+-]\d\d:?\d\d)?/),
            let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let hour = match.4.flatMap { Int64($0) } ?? 0
        let minute = match.5.flatMap { Int64($0) } ?? 0
        let second = match.6.flatMap { Int64($0) } ?? 0
        let fraction = match.7.flatMap { digits in
            Int64(String(digits) + String(repeating: "0", count: 6 - digits.count))
        }
        let seconds =
            daysSince1970(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
            - (match.8.map { offset(String($0)) } ?? 0)
        return seconds * 1_000_000 + (fraction ?? 0)
    }

    /// An offset such as `+02:00` in seconds.
    private static func offset(_ text: String) -> Int64 {
        let digits = text.compactMap { $0.wholeNumberValue }.map(Int64.init)
        guard digits.count == 4 else { return 0 }
        let seconds = (digits[0] * 10 + digits[1]) * 3_600 + (digits[2] * 10 + digits[3]) * 60
        return text.hasPrefix("-") ? -seconds : seconds
    }

    /// Days of the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let daysBeforeYear = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
        return daysBeforeYear + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}
