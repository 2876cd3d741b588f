import ArgumentParser

/// How results are printed.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON document instead of text.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("When to color the output.", valueName: "when"))
    var color = ColorChoice.auto

    /// How many examples of a finding are asked for: a document has all, and text shows the first few.
    var exampleLimit: Int { json ? .max : FindingText.exampleLimit }
}
