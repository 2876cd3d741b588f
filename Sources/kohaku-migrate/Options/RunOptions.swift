import ArgumentParser
import Migrations

/// What `run` and `start` do.
struct RunOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Run up to and including this migration.", valueName: "number"))
    var to: Int?

    @Flag(name: .long, help: "Agree to migrations that ask for consent.")
    var yes = false

    @OptionGroup var backup: BackupOptions
    @OptionGroup var progress: ProgressOptions
    @OptionGroup var health: HealthOptions

    /// Where the migrations end.
    var target: Target { to.map { .upTo($0) } ?? .newest }
}
