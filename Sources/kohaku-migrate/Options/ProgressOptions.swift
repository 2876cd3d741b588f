import ArgumentParser

/// How a verb that may take long shows what it is at.
struct ProgressOptions: ParsableArguments {
    @Option(name: .long, help: .progress)
    var progress = ProgressChoice.auto
}

extension ArgumentHelp {
    static let progress = ArgumentHelp("How to show progress, on standard error.", valueName: "how")
}
