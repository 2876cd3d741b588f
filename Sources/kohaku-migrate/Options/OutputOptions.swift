import ArgumentParser

/// How results are printed.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON document instead of text.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("When to color the output.", valueName: "when"))
    var color = ColorChoice.auto

    /// The number of examples of a finding: a document has all, and text shows the first few.
    var exampleLimit: Int { json ? .max : FindingText.exampleLimit }
}
