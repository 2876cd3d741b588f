import ArgumentParser
import Migrations

// What `run`, `start` and `rehearse` say alike. A group of options would cost each start more.

extension ArgumentHelp {
    static let to = ArgumentHelp("Run up to and including this migration.", valueName: "number")
    static let yes: ArgumentHelp = "Agree to migrations that ask for consent."
}

extension Target {
    /// What `--to` asks for.
    init(upTo number: Int?) {
        self = number.map { .upTo($0) } ?? .newest
    }
}
