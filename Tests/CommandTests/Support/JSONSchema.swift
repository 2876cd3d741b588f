import Foundation
import Synchronization
import Testing

/// `docs/json.schema.json`, against which every document is validated that the command prints in a test.
enum JSONSchema {
    /// The program that validates: one for all tests, as it takes long to start.
    private struct Validator {
        let process = Process()
        let input = Pipe()
        let output = Pipe()

        init() throws {
            process.executableURL = Repository.root.appending(path: "Scripts/validate-json")
            process.standardInput = input
            process.standardOutput = output
            try process.run()
        }

        func errors(in text: String, as name: String) throws -> [String] {
            try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode([name, text]) + Data("\n".utf8))
            var answer = Data()
            while answer.last != UInt8(ascii: "\n") {
                let data = output.fileHandleForReading.availableData
                // It ended: there is nothing to decode.
                if data.isEmpty { break }
                answer += data
            }
            return try JSONDecoder().decode([String].self, from: answer)
        }
    }

    private static let validator = Mutex<Validator?>(nil)

    /// What is wrong with a document, as the one of a name in the schema.
    static func errors(in text: String, as name: String) throws -> [String] {
        try validator.withLock { validator in
            let running = try validator ?? Validator()
            validator = running
            return try running.errors(in: text, as: name)
        }
    }

    /// Expects that a command printed its document.
    static func expectValid(_ output: String, of arguments: [String]) throws {
        let name = name(of: arguments)
        let documents = name == "quarantineLine" ? output.split(separator: "\n").map(String.init) : [output]
        for document in documents where !document.isEmpty {
            #expect(try errors(in: document, as: name) == [], "\(arguments)")
        }
    }

    /// The name of the document that a command prints.
    private static func name(of arguments: [String]) -> String {
        let isPlan = arguments.contains("--dry-run") || arguments[0] == "plan"
        return switch arguments[0] {
        case "plan" where arguments.contains("--repair"), "repair" where isPlan: "repairPlan"
        case "plan",
            "run" where isPlan:
            "plan"
        case "run", "start", "repair", "init": "run"
        case "backup": "backups"
        case "quarantine":
            ["list": "quarantine", "export": "quarantineLine"][arguments[1]] ?? "quarantineChange"
        default: arguments[0]
        }
    }
}

@Suite("The JSON schema")
struct JSONSchemaTests {
    @Test("accepts a document, and refuses a key too many, a key too few and another type")
    func strictness() throws {
        let row = #""id": 1, "migration": 8, "sourceTable": "token", "quarantinedAt": "now""#
        func errors(_ row: String) throws -> [String] {
            try JSONSchema.errors(
                in: #"{"database": "d", "count": 1, "tables": {"token": 1}, "rows": [{\#(row)}]}"#, as: "quarantine")
        }
        #expect(try errors(row + #", "reason": "r", "sourceID": 4"#) == [])
        #expect(try errors(row).map { $0.prefix(10) } == ["$.rows[0]:"])
        #expect(try errors(row + #", "reason": 1"#).count == 1)
        #expect(try errors(row + #", "reason": "r", "other": 1"#).count == 1)
        #expect(try JSONSchema.errors(in: "{}", as: "nothing") == ["json.schema.json has no nothing"])
    }

    @Test("is what the page on JSON documents explains")
    func documented() throws {
        #expect(try Repository.text("docs/json.md").contains("](json.schema.json)"))
    }
}
