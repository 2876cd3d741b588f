import Foundation
import MigrationsTesting
import Testing

@Suite("The list of migrations that the build generates")
struct RegistryGenerator {
    /// Runs the generator on files with these names; each declares the migration of its name unless told otherwise.
    private func generate(
        _ names: [String], declaring sources: [String: String] = [:],
        _ check: (Program.Outcome, _ generated: String?, _ folder: String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let output = "\(folder)/MigrationRegistry.swift"
            let paths = try names.map { name in
                let type = name.split(whereSeparator: { "_.".contains($0) }).dropFirst().first ?? ""
                let source = sources[name] ?? "public struct \(type): Migration {}\n"
                try source.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
                return "\(folder)/\(name)"
            }
            let outcome = try Program.outcome(of: Self.path, [output] + paths)
            try check(outcome, try? String(contentsOfFile: output, encoding: .utf8), folder)
        }
    }

    /// The generator stands beside the test bundle.
    private static var path: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "migration-registry-generator"
        )
        .path()
    }

    @Test("holds every file in numerical order, with a name made of the type's")
    func listed() throws {
        try generate(["002_UserOrgQuotas.swift", "001_First.swift", "003_LFSHistory.swift"]) { outcome, generated, _ in
            #expect(outcome.status == 0)
            let lines = try #require(generated).split(separator: "\n").filter { $0.contains("(name: \"") }
            #expect(
                lines.map { $0.trimmingCharacters(in: .whitespaces) } == [
                    #"(name: "first", migration: First()),"#,
                    #"(name: "user_org_quotas", migration: UserOrgQuotas()),"#,
                    #"(name: "lfs_history", migration: LFSHistory()),"#,
                ])
        }
    }

    @Test(
        "does not come to be when a file's name is wrong",
        arguments: [
            "First.swift", "1_First.swift", "0001_First.swift", "001-First.swift", "001_first.swift", "001_.swift",
            "001_First+Rows.swift",
        ])
    func wrongName(_ name: String) throws {
        try generate([name]) { outcome, generated, folder in
            #expect(outcome.status != 0)
            #expect(outcome.errors.hasPrefix("\(folder)/\(name):1:1: error: a migration file is named NNN_Name.swift"))
            #expect(generated == nil)
        }
    }

    @Test("does not come to be when a number is there twice")
    func duplicate() throws {
        try generate(["001_First.swift", "002_Second.swift", "002_Third.swift"]) { outcome, _, folder in
            #expect(outcome.status != 0)
            #expect(outcome.errors == "\(folder)/002_Third.swift:1:1: error: the number is taken by Second\n")
        }
    }

    @Test("does not come to be when a number is missing, also the first")
    func gap() throws {
        try generate(["001_First.swift", "003_Third.swift"]) { outcome, _, folder in
            #expect(outcome.status != 0)
            #expect(
                outcome.errors == "\(folder)/003_Third.swift:1:1: error: number 2 is missing before this migration\n")
        }
        try generate(["002_Second.swift"]) { outcome, _, folder in
            #expect(outcome.errors.hasPrefix("\(folder)/002_Second.swift:1:1: error: number 1 is missing"))
        }
    }

    @Test("does not come to be when a file does not declare its migration")
    func missingType() throws {
        try generate(["001_First.swift"], declaring: ["001_First.swift": "struct Other: Migration {}"]) {
            outcome, _, folder in
            #expect(outcome.status != 0)
            #expect(
                outcome.errors
                    == "\(folder)/001_First.swift:1:1: error: this file must declare 'struct First: Migration'\n")
        }
    }
}
