extension String {
    /// The text as one word of a shell. To a shell a quote is one whatever accent follows it.
    package var quotedForShell: String {
        wholeMatch(of: /[A-Za-z0-9_.,:\/@%+=-]+/) != nil
            ? self : "'" + unicodeScalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined() + "'"
    }
}
