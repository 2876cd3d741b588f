import Foundation

/// Runs programs of the system.
public enum Program {
    /// What a program did.
    public struct Outcome: Sendable {
        /// Its exit status.
        public var status: Int32
        /// What it wrote to standard output.
        public var output: String
        /// What it wrote to standard error.
        public var errors: String
    }

    /// Runs a program that has to succeed and returns what it wrote to standard output.
    /// - Throws: An error with what it wrote to standard error when its status is not 0.
    @discardableResult
    public static func run(_ name: String, _ arguments: String...) throws -> String {
        let outcome = try outcome(of: name, arguments)
        guard outcome.status == 0 else {
            throw TestSupportError("\(name) failed with status \(outcome.status): \(outcome.errors)")
        }
        return outcome.output
    }

    /// Runs a program, found by PATH or given by its path, to its end.
    public static func outcome(of name: String, _ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        // A file: two pipes could fill each other up.
        return try withTemporaryFolder { folder in
            let errors = "\(folder)/errors"
            guard FileManager.default.createFile(atPath: errors, contents: nil),
                let handle = FileHandle(forWritingAtPath: errors)
            else { throw TestSupportError("cannot write \(errors)") }
            process.standardOutput = output
            process.standardError = handle
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus,
                output: String(decoding: data, as: UTF8.self),
                errors: try String(contentsOfFile: errors, encoding: .utf8))
        }
    }
}
