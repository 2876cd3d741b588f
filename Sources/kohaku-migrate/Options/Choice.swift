import ArgumentParser

/// The value of an option that is one of a few words. By default the parser looks for a description of each; they have none.
protocol Choice: RawRepresentable, CaseIterable, ExpressibleByArgument where RawValue == String {}

extension Choice {
    static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    static var allValueDescriptions: [String: String] { [:] }
}
