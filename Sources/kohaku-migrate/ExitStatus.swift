import ArgumentParser
import KohakuHubMigrations
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
    // What shells say of a process that a signal ended: 128 and the signal's number.
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

extension OutputOptions {
    /// Runs a verb and turns what it throws into a message and an exit status.
    func rendering(_ body: () throws -> Void) throws {
        try renderingErrors(asJSON: json, body)
    }
}

/// Runs a verb and turns what it throws into a message and an exit status.
func renderingErrors(asJSON json: Bool, _ body: () throws -> Void) throws {
    let failure: MigrationError
    do {
        return try body()
    } catch let error as MigrationError {
        failure = error
    } catch let error as DatabaseError {
        failure = MigrationError(error)
    } catch let error as ConfigurationError {
        failure = MigrationError(
            .usage, [error.source, error.message].compactMap { $0 }.joined(separator: ": "), nextStep: error.hint)
    }
    let status = ExitStatus(failure.code)
    if json {
        printJSON(ErrorDocument(failure, status: status))
    } else {
        printError(ErrorText(failure).text)
    }
    throw ExitCode(status.rawValue)
}
