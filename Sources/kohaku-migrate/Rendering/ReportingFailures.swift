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

extension OutputOptions {
    /// Runs a verb and turns what it throws into a message and an exit status.
    /// - Parameter isChanging: Whether it changes the database: see ``reportingFailures(asJSON:isChanging:_:)``.
    func rendering(isChanging: Bool = false, _ body: () throws -> Void) throws {
        ColorChoice.current = color
        defer { StandardStreams.eraseStatus() }
        try reportingFailures(asJSON: json, isChanging: isChanging, body)
    }
}

/// Runs a verb and turns what it throws, and output that could not be written, into a message and an exit status.
///
/// A read-only verb fails when its output cannot be written. One that changes the database finishes without its reader,
/// and reports at the end that the output is incomplete; none was wanted if it was closed from the beginning.
func reportingFailures(asJSON json: Bool, isChanging: Bool, _ body: () throws -> Void) throws {
    if isChanging { Signals.ignoreBrokenPipes() }
    let result = Result { try renderingErrors(asJSON: json, body) }
    if let failure = MigrationError(ofOutputWhile: isChanging, result) {
        // A reader that has seen enough, such as `head`, needs no error.
        if isChanging || StandardStreams.failure != EPIPE { printError(ErrorText(failure).text) }
        try result.get()
        throw ExitCode(ExitStatus.failed.rawValue)
    }
    try result.get()
}

extension MigrationError {
    /// The error of standard output, if any. A change that stopped has reported its own error.
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
                ? "The work is done and committed; only its report is incomplete. Check: kohaku-migrate status"
                : "The output is incomplete. Do not rely on it.")
    }
}

private func renderingErrors(asJSON json: Bool, _ body: () throws -> Void) throws {
    let failure: MigrationError
    var known: ExitStatus?
    do {
        return try body()
    } catch let error as MigrationError {
        failure = error
    } catch let error as DatabaseError {
        failure = MigrationError(error, isReading: true, vocabulary: .kohakuHub)
    } catch let error as EncodingError {
        failure = MigrationError(.failed, "the result cannot be written as JSON: \(error)")
    } catch let error as Executable.Failure {
        failure = MigrationError(.usage, error.message, nextStep: error.nextStep)
        known = error.status
    } catch let error as ConfigurationError {
        failure = MigrationError(
            .usage, [error.source, error.message].compactMap { $0 }.joined(separator: ": "), nextStep: error.hint)
    }
    let status = known ?? ExitStatus(failure.code)
    if json { try printJSON(ErrorDocument(failure, status: status)) }
    if !json || StandardStreams.failure != 0 { printError(ErrorText(failure).text) }
    throw ExitCode(status.rawValue)
}
