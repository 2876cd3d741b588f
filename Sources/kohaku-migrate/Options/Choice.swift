import ArgumentParser

/// The value of an option that is one of a few words. The parser would compare each with a description that none of them has.
protocol Choice: RawRepresentable, CaseIterable, ExpressibleByArgument where RawValue == String {}

extension Choice {
    static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    static var allValueDescriptions: [String: String] { [:] }
}
