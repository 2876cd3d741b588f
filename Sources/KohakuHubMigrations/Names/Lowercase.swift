extension String {
    /// The text in lower case as Python's `str.lower()` makes it: the Unicode standard's mappings, not those of a language or of
    /// ASCII alone, and a final sigma by what stands around it.
    var lowercasedByUnicode: String {
        let scalars = Array(unicodeScalars)
        var result = UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            let lowered = Self.isFinalSigma(at: index, in: scalars) ? "ς" : scalar.properties.lowercaseMapping
            result.append(contentsOf: lowered.unicodeScalars)
        }
        return String(result)
    }

    /// The Unicode standard's Final_Sigma: a capital sigma after a cased letter and before none, looking through
    /// case-ignorable characters.
    private static func isFinalSigma(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard scalars[index] == "Σ" else { return false }
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
