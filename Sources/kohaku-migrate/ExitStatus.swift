import ArgumentParser
import KohakuHubMigrations
import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

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
    /// - Parameter isChanging: Whether it changes the database: see ``reportingFailures(asJSON:isChanging:_:)``.
    func rendering(isChanging: Bool = false, _ body: () throws -> Void) throws {
        ColorChoice.current = color
        try reportingFailures(asJSON: json, isChanging: isChanging, body)
    }
}

/// Runs a verb and turns what it throws, and output that could not be written, into a message and an exit status.
///
/// A verb that only shows something has failed when it could not be written. One that changes the database goes on without
/// its reader, and says at the end that the report is not complete; no report was wanted where the output was closed from
/// the beginning.
func reportingFailures(asJSON json: Bool, isChanging: Bool, _ body: () throws -> Void) throws {
    if isChanging { Signals.ignoreBrokenPipes() }
    let result = Result { try renderingErrors(asJSON: json, body) }
    if let failure = MigrationError(ofOutputWhile: isChanging, result) {
        // A reader who has seen enough, as `head` has, wants to hear no more.
        if isChanging || StandardStreams.failure != EPIPE { printError(ErrorText(failure).text) }
        try result.get()
        throw ExitCode(ExitStatus.failed.rawValue)
    }
    try result.get()
}

extension MigrationError {
    /// That standard output could not be written, if so. A change that stopped has said why already.
    fileprivate init?(ofOutputWhile isChanging: Bool, _ result: Result<Void, any Error>) {
        guard StandardStreams.failure != 0 else { return nil }
        if isChanging {
            guard case .success = result, !StandardStreams.outputWasClosed else { return nil }
        }
        let reason =
            StandardStreams.outputWasClosed ? "it is closed" : String(cString: strerror(StandardStreams.failure))
        self.init(
            .failed, "standard output could not be written: \(reason)",
            nextStep: isChanging
                ? "The work itself is done and committed: only its report is not complete. To look: kohaku-migrate status"
                : "What was written is not complete. Do not go by it.")
    }
}

private func renderingErrors(asJSON json: Bool, _ body: () throws -> Void) throws {
    let failure: MigrationError
    do {
        return try body()
    } catch let error as MigrationError {
        failure = error
    } catch let error as DatabaseError {
        failure = MigrationError(error, isLook: true, vocabulary: .kohakuHub)
    } catch let error as EncodingError {
        failure = MigrationError(.failed, "the result cannot be written as JSON: \(error)")
    } catch let error as ConfigurationError {
        failure = MigrationError(
            .usage, [error.source, error.message].compactMap { $0 }.joined(separator: ": "), nextStep: error.hint)
    }
    let status = ExitStatus(failure.code)
    if json { try printJSON(ErrorDocument(failure, status: status)) }
    if !json || StandardStreams.failure != 0 { printError(ErrorText(failure).text) }
    throw ExitCode(status.rawValue)
}
