import Foundation
import MigrationsTesting
import Testing

/// The built command, run as a process without a terminal.
struct Command {
    /// What it did.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
        var duration: Duration

        /// Both streams, for what must be in neither.
        var everything: String { output + errors }
    }

    /// The folder it runs in.
    var folder: String
    /// The environment, nothing inherited but PATH.
    var environment: [String: String] = [:]

    /// Runs the command to its end.
    func callAsFunction(_ arguments: String...) throws -> Outcome {
        try run(arguments)
    }

    /// Runs the command to its end. The documents that it prints have to be valid.
    func run(_ arguments: [String]) throws -> Outcome {
        let outcome = try outcome(of: Self.path, arguments)
        let hasDocument = arguments.contains("--json") || arguments.starts(with: ["quarantine", "export"])
        // What stands behind the document of `start` is its command's.
        if hasDocument && !arguments.contains("--help") && arguments[0] != "start" {
            try JSONSchema.expectValid(outcome.output, of: arguments)
        }
        return outcome
    }

    /// Runs the command, which has to end with a status.
    func expect(_ status: Int32, _ arguments: String..., at location: SourceLocation = #_sourceLocation) throws {
        try expect(status, arguments, at: location)
    }

    func expect(_ status: Int32, _ arguments: [String], at location: SourceLocation) throws {
        let outcome = try run(arguments)
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)", sourceLocation: location)
    }

    /// Runs the command at a terminal 80 characters wide; both streams are one there.
    func atTerminal(typing answer: String = "", _ arguments: [String]) throws -> Outcome {
        let line = ([Self.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        var outcome = try outcome(
            of: "/bin/bash",
            ["-c", #"printf '%s\n' "$1" | script -qec "stty cols 80 -echo; $0" /dev/null"#, line, answer])
        outcome.output = outcome.output.replacing("\r\n", with: "\n")
        return outcome
    }

    /// Runs a shell script that finds the command, and the programs of the folder, by name, and the command as `$0`.
    func shell(_ script: String, _ arguments: String...) throws -> Outcome {
        let bin = Bundle.main.bundleURL.path()
        return try outcome(
            of: "/bin/bash", ["-c", "export PATH=\"$PWD:\(bin):$PATH\"\n\(script)", Self.path] + arguments)
    }

    /// Starts the command and does not wait for its end.
    func start(_ arguments: [String]) throws -> Process {
        let process = process(Self.path, arguments)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func process(_ program: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = environment.merging(["PATH": Self.searchPath, "NO_COLOR": "1"]) { given, _ in given }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    private func outcome(of program: String, _ arguments: [String]) throws -> Outcome {
        try withTemporaryFolder { streams in
            let process = process(program, arguments)
            process.standardOutput = try Self.file("\(streams)/output")
            process.standardError = try Self.file("\(streams)/errors")
            let clock = ContinuousClock()
            let start = clock.now
            try process.run()
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus,
                output: try String(contentsOfFile: "\(streams)/output", encoding: .utf8),
                errors: try String(contentsOfFile: "\(streams)/errors", encoding: .utf8),
                duration: clock.now - start)
        }
    }

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    /// Beside the tests: the package manager builds both into one folder.
    static let path = Bundle.main.bundleURL.appending(path: "kohaku-migrate").path()

    private static let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
}
