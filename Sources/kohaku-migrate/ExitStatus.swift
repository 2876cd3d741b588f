import Migrations

/// The command's exit statuses.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case pending = 2
    case schemaDiffers = 3
    case checkFailed = 4
    case consentRequired = 5
    case locked = 6
    case unreachable = 7
    case usage = 64
    // The convention of shells for a command that cannot be executed, or is not found.
    case notExecutable = 126
    case commandNotFound = 127
    // The convention of shells for a process that a signal ended: 128 plus the signal's number.
    case hungUp = 129
    case interrupted = 130
    case terminated = 143

    init(_ code: MigrationError.Code) {
        self =
            switch code {
            case .failed: .failed
            case .schemaDiffers: .schemaDiffers
            case .checkFailed: .checkFailed
            case .consentRequired: .consentRequired
            case .locked: .locked
            case .unreachable: .unreachable
            case .interrupted: ExitStatus(rawValue: 128 + Signals.received) ?? .interrupted
            case .usage: .usage
            }
    }
}
