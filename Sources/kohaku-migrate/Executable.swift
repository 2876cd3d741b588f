import KohakuHubMigrations
import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program that takes the place of this process.
struct Executable {
    private let path: String
    private let words: [String]

    /// Why it cannot be executed, and the status that shells end with then.
    struct Failure: Error {
        var status: ExitStatus
        var message: String
        var nextStep: String
    }

    /// Finds a program as a shell does: by `PATH`, unless its name has a slash.
    /// - Parameter words: The program and its arguments.
    /// - Throws: ``Failure`` when it is not there, or not executable.
    init(_ words: [String]) throws {
        let name = words.first ?? ""
        self.words = words
        var candidates = [name]
        if !name.contains("/") {
            let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/bin:/usr/bin"
            // An empty part is the current folder.
            candidates = folders.split(separator: ":", omittingEmptySubsequences: false).map {
                "\($0.isEmpty ? "." : $0)/\(name)"
            }
        }
        if let path = candidates.first(where: Self.isExecutable) {
            self.path = path
            return
        }
        let advice = "Nothing was changed. Check the command after the two hyphens."
        guard let found = candidates.first(where: { access($0, F_OK) == 0 }) else {
            throw Failure(status: .commandNotFound, message: "\(name): command not found", nextStep: advice)
        }
        throw Failure(status: .notExecutable, message: "\(found) cannot be executed", nextStep: advice)
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Becomes the program, with the same process id, environment and standard streams.
    /// - Throws: ``Failure``; it returns in no case.
    func replaceProcess() throws -> Never {
        let arguments = words.map { strdup($0) } + [nil]
        // With a slash in the path nothing is searched; a script without an interpreter is given to the shell.
        execvp(path, arguments)
        let (number, reason) = (errno, String(cString: strerror(errno)))
        for argument in arguments { free(argument) }
        throw Failure(
            status: number == ENOENT ? .commandNotFound : .notExecutable,
            message: "\(path) cannot be executed: \(reason)",
            nextStep: "The database is ready. The command was not started.")
    }
}
