import Foundation

/// A program that runs beside a test.
public final class RunningProgram {
    private let process = Process()
    private let folder: String

    /// Starts a program, found by PATH or given by its path, that writes its output into files of the folder.
    init(_ name: String, _ arguments: [String], folder: String) throws {
        self.folder = folder
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A shell has its background jobs ignore the one, and nohup the other, and so would the program.
        process.arguments = ["--default-signal=INT,HUP", name] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.newFile("\(folder)/output")
        process.standardError = try Self.newFile("\(folder)/errors")
        try Self.withUnblockedSignals { try process.run() }
    }

    /// The threads that tests run on block signals, which a program inherits.
    private static func withUnblockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// What it wrote to standard output until now.
    public var output: String { text("output") }
    /// What it wrote to standard error until now.
    public var errors: String { text("errors") }

    /// Whether it has ended.
    public var isEnded: Bool { !process.isRunning }

    /// Sends it a signal.
    public func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Waits for something to come true while it runs.
    /// - Throws: An error when it ends before that, or after two minutes.
    public func wait(until condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try !condition() {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw TestSupportError("it did not come so far: \(output)\(errors)")
            }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }

    /// Waits for its end.
    public func outcome() -> Program.Outcome {
        process.waitUntilExit()
        return Program.Outcome(status: process.terminationStatus, output: output, errors: errors)
    }

    /// Ends it if it still runs.
    func end() {
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
    }

    private func text(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data(), as: UTF8.self)
    }

    private static func newFile(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw TestSupportError("cannot write \(path)") }
        return handle
    }
}
