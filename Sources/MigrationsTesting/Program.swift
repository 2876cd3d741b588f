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
        try running(name, arguments) { $0.outcome() }
    }

    /// Writes a script that can be executed.
    ///
    /// Another program does it: one that a test starts in parallel would inherit a file that is open for writing, and Linux
    /// executes no such file (`ETXTBSY`).
    public static func write(_ script: String, to path: String) throws {
        try run("sh", "-c", #"printf '%s\n' "$1" > "$2" && chmod 755 "$2""#, "sh", script, path)
    }

    /// Runs a program beside a test, and ends it with the test.
    public static func running<Result>(
        _ name: String, _ arguments: [String], _ body: (RunningProgram) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            let program = try RunningProgram(name, arguments, folder: folder)
            defer { program.end() }
            return try body(program)
        }
    }
}
