import Foundation
import MigrationsTesting
import Testing

/// What a report of a fault should say of the program and its libraries.
@Suite("Versions")
struct Versions {
    private let first = #/kohaku-migrate [0-9]+\.[0-9]+\.[0-9]+ \((a checkout|commit [0-9a-f]{40})\)/#

    @Test(
        "--version names the program, its commit and the libraries",
        arguments: [[], ["run"], ["quarantine", "list"]])
    func libraries(_ verb: [String]) throws {
        let outcome = try withTemporaryFolder { try Command(folder: $0).run(verb + ["--version"]) }
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(try first.wholeMatch(in: lines[0]) != nil)
        #expect(lines[1].wholeMatch(of: #/SQLite 3\.[0-9.]+/#) != nil)
        #expect(lines[2].wholeMatch(of: #/libpq [1-9][0-9]\.[0-9]+/#) != nil)
    }

    @Test("--version says that libpq is not installed")
    func withoutLibPQ() throws {
        try withTemporaryFolder { folder in
            try "".write(toFile: "\(folder)/libpq.so.5", atomically: true, encoding: .utf8)
            let outcome = try Command(folder: folder, environment: ["LD_LIBRARY_PATH": folder])("--version")
            #expect(outcome.status == 0)
            #expect(outcome.output.hasSuffix("\nlibpq is not installed\n"))
        }
    }
}
